//! Root fields of the platform that are not served here, by name: so that one is told apart from a slip of the pen.

pub(super) const QUERIES: [&str; 8] = [
    "admin_current_instance",
    "admin_sent_notifications",
    "admin_user_schema",
    "customizations",
    "data_exports",
    "documents_rc",
    "instance",
    "streams",
];

pub(super) const MUTATIONS: [&str; 11] = [
    "activity_publish",
    "activity_unpublish",
    "api_call_send",
    "data_export",
    "data_export_delete",
    "documents_insert_rc",
    "email_send",
    "import_models",
    "import_users",
    "sms_send",
    "upload_delete",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::schema::schema;

    #[test]
    fn none_of_them_is_served() {
        for (root, names) in [("RootQuery", &QUERIES[..]), ("RootMutation", &MUTATIONS[..])] {
            let served = &schema().get_object(root).unwrap().fields;
            let both: Vec<&&str> = names.iter().filter(|name| served.contains_key(**name)).collect();
            assert_eq!(both, [&""; 0], "{root}");
        }
    }
}
