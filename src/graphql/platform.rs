//! What the platform has and this schema has not, by name. So that what is not supported is told apart from a slip of
//! the pen.

/// Of a type its fields, of an input its fields, of an enum its values, of a field its arguments: those that the platform has
/// and this schema has not. Sorted.
const MISSING: [(&str, &[&str]); 46] = [
    ("Asset", &["deleted_at", "manually_managed"]),
    ("AssetsSortInput", &["virtual_deleted_at"]),
    (
        "BackgroundJobsFilterInput",
        &[
            "failed_at",
            "form_configuration_name",
            "locked_at",
            "resource_id",
            "resource_type",
            "source_type",
            "updated_at",
        ],
    ),
    (
        "BackgroundJobsSortInput",
        &[
            "class_name",
            "failed_at",
            "form_configuration_name",
            "locked_at",
            "resource_id",
            "resource_type",
            "retry",
            "source_type",
            "updated_at",
        ],
    ),
    ("CustomizationImport", &["addresses", "attachments", "customizable_id", "customizable_type", "images"]),
    (
        "CustomizationInputType",
        &[
            "custom_attachments",
            "custom_images",
            "custom_model_type_id",
            "customizable_id",
            "customizable_type",
            "customizations",
            "models",
            "title",
        ],
    ),
    ("EmbeddingUpdateInputType", &["id"]),
    ("FullTextQueryField", &["profile_field"]),
    ("IndexSearchCollection", &["aggregations"]),
    ("IndexSearchQuery", &["analyzer"]),
    ("Instance", &["created_at"]),
    ("JwtAlgorithm", &["none"]),
    ("LiquidPartial", &["manually_managed"]),
    (
        "ListingsCustomization",
        &[
            "custom_address",
            "custom_addresses",
            "custom_attachment",
            "custom_attachments",
            "custom_image",
            "custom_images",
            "custom_model_type",
            "customizable",
            "customizable_id",
            "customizable_type",
            "human_name",
            "model_schema",
        ],
    ),
    ("ListingsCustomizationCollection", &["aggregations", "size"]),
    ("ObjectsWithUploadsEnum", &["UserProfile"]),
    (
        "Page",
        &[
            "authorization_policies",
            "deleted_at",
            "dynamic_cache_expire",
            "dynamic_cache_key",
            "dynamic_cache_layout",
            "html_content",
            "manually_managed",
            "response_headers",
            "static_cache_expire",
            "subdomain",
        ],
    ),
    ("PageFilterInput", &["authorization_policies", "deleted_at", "subdomain"]),
    (
        "Property",
        &["belongs_to", "default_value", "manually_managed", "metadata", "target_id", "target_type"],
    ),
    ("Query", &["raw"]),
    ("QueryAssetsFilterInput", &["deleted_at", "manually_managed", "virtual_deleted_at"]),
    ("QueryMatchTypeEnum", &["FUZZY"]),
    ("QueryModelSchema", &["id", "ids"]),
    ("RecordInputType", &["records"]),
    ("RootMutation.activity_unpublish", &["record_id", "related_to_object"]),
    ("RootMutation.data_export", &["encryption"]),
    ("RootMutation.model_create", &["form_configuration_name", "form_name"]),
    ("RootMutation.model_delete", &["form_configuration_name", "form_name"]),
    ("RootMutation.model_update", &["form_configuration_name", "form_name"]),
    ("RootMutation.property_upload_presigned_url", &["presign_url"]),
    ("RootMutation.record_delete", &["form_name"]),
    ("RootMutation.user_delete", &["form_configuration_name", "form_name"]),
    ("RootMutation.user_session_create", &["form_configuration_name", "form_name"]),
    ("RootMutation.user_session_destroy", &["form_configuration_name", "form_name"]),
    ("RootQuery.admin_pages", &["metadata"]),
    (
        "RootQuery.customizations",
        &[
            "aggregations",
            "custom_model_type",
            "customizable_id",
            "customizable_ids",
            "customizable_type",
            "query",
        ],
    ),
    ("RootQuery.documents_rc", &["aggregations"]),
    ("RootQuery.pages", &["metadata"]),
    (
        "SortOrder",
        &[
            "child_field",
            "distance",
            "field",
            "profile_distance",
            "profile_field",
            "profile_property",
            "profile_type",
            "property_name",
        ],
    ),
    ("Table", &["manually_managed"]),
    ("User", &["profile", "profiles"]),
    ("UserImport", &["profiles"]),
    ("UserInputType", &["profiles"]),
    ("UsersFilterInput", &["profiles"]),
    ("UsersSortInput", &["profile_properties"]),
    ("ValueUploadInput", &["encryption"]),
];

/// Whether `member` is a part of `owner` on the platform, but not here.
pub(super) fn is_missing(owner: &str, member: &str) -> bool {
    let at = MISSING.binary_search_by_key(&owner, |(owner, _)| owner);
    at.ok().and_then(|at| MISSING.get(at)).is_some_and(|(_, members)| members.contains(&member))
}

#[cfg(test)]
mod tests {
    use apollo_compiler::schema::ExtendedType;

    use super::*;
    use crate::graphql::check;
    use crate::graphql::schema::schema;

    #[track_caller]
    fn refuses(document: &str, sentence: &str) {
        let errors: Vec<String> = check(document).into_iter().map(|error| error.message).collect();
        assert!(errors.iter().any(|error| error == sentence), "{document}: {errors:?}");
    }

    #[test]
    fn every_missing_part_is_said_to_be_not_supported() {
        assert!(MISSING.is_sorted_by_key(|(owner, _)| owner));
        for (owner, members) in MISSING {
            for member in members {
                let sentence = format!("not supported here: {owner}.{member}");
                if let Some((root, field)) = owner.split_once('.') {
                    let keyword = if root == "RootQuery" { "query" } else { "mutation" };
                    let sentence = format!("not supported here: argument `{member}` of {owner}");
                    let ty = schema().get_object(root).unwrap().fields[field].ty.inner_named_type();
                    let selection = if schema().types[ty].is_object() { "{ __typename }" } else { "" };
                    refuses(&format!("{keyword} {{ {field}({member}: 1) {selection} }}"), &sentence);
                    continue;
                }
                match &schema().types[owner] {
                    ExtendedType::Object(_) => {
                        refuses(&format!("{{ ...f }} fragment f on {owner} {{ {member} }}"), &sentence);
                    }
                    ExtendedType::InputObject(_) => {
                        refuses(
                            &format!("query ($v: {owner} = {{ {member}: 1 }}) {{ __typename }}"),
                            &sentence,
                        );
                    }
                    _ => refuses(&format!("query ($v: {owner} = {member}) {{ __typename }}"), &sentence),
                }
            }
        }
    }
}
