//! Time zones by the names templates have for them: those of Rails, of the IANA database, and offsets.

use jiff::tz::TimeZone;

use super::moment::parse_offset;

/// Names of Rails, in small letters, that are not the city of a zone. What belongs to two regions is here too.
const RAILS: [(&str, &str); 52] = [
    ("abu dhabi", "Asia/Muscat"),
    ("alaska", "America/Juneau"),
    ("american samoa", "Pacific/Pago_Pago"),
    ("arizona", "America/Phoenix"),
    ("astana", "Asia/Almaty"),
    ("atlantic time (canada)", "America/Halifax"),
    ("beijing", "Asia/Shanghai"),
    ("bern", "Europe/Zurich"),
    ("brasilia", "America/Sao_Paulo"),
    ("buenos aires", "America/Argentina/Buenos_Aires"),
    ("cape verde is.", "Atlantic/Cape_Verde"),
    ("central america", "America/Guatemala"),
    ("central time (us & canada)", "America/Chicago"),
    ("chatham is.", "Pacific/Chatham"),
    ("chennai", "Asia/Kolkata"),
    ("eastern time (us & canada)", "America/New_York"),
    ("edinburgh", "Europe/London"),
    ("ekaterinburg", "Asia/Yekaterinburg"),
    ("georgetown", "America/Guyana"),
    ("greenland", "America/Nuuk"),
    ("guadalajara", "America/Mexico_City"),
    ("hanoi", "Asia/Bangkok"),
    ("hawaii", "Pacific/Honolulu"),
    ("indiana (east)", "America/Indiana/Indianapolis"),
    ("international date line west", "Etc/GMT+12"),
    ("islamabad", "Asia/Karachi"),
    ("kyiv", "Europe/Kiev"),
    ("marshall is.", "Pacific/Majuro"),
    ("mid-atlantic", "Atlantic/South_Georgia"),
    ("midway island", "Pacific/Midway"),
    ("mountain time (us & canada)", "America/Denver"),
    ("mumbai", "Asia/Kolkata"),
    ("new caledonia", "Pacific/Noumea"),
    ("new delhi", "Asia/Kolkata"),
    ("newfoundland", "America/St_Johns"),
    ("nuku'alofa", "Pacific/Tongatapu"),
    ("osaka", "Asia/Tokyo"),
    ("pacific time (us & canada)", "America/Los_Angeles"),
    ("pretoria", "Africa/Johannesburg"),
    ("quito", "America/Lima"),
    ("samoa", "Pacific/Apia"),
    ("sapporo", "Asia/Tokyo"),
    ("saskatchewan", "America/Regina"),
    ("singapore", "Asia/Singapore"),
    ("solomon is.", "Pacific/Guadalcanal"),
    ("sri jayawardenepura", "Asia/Colombo"),
    ("st. petersburg", "Europe/Moscow"),
    ("tokelau is.", "Pacific/Fakaofo"),
    ("utc", "Etc/UTC"),
    ("volgograd", "Europe/Volgograd"),
    ("wellington", "Pacific/Auckland"),
    ("west central africa", "Africa/Algiers"),
];

/// Where the city of a zone may lie.
const REGIONS: [&str; 7] = ["Europe", "America", "Asia", "Australia", "Africa", "Pacific", "Atlantic"];

/// The zone of that name: one of Rails (`Pacific Time (US & Canada)`, or a city), of the IANA database, or an offset.
pub(super) fn time_zone(name: &str) -> Option<TimeZone> {
    let name = name.trim();
    let lower = name.to_lowercase();
    if name.is_empty() {
        return None;
    }
    if let Ok(at) = RAILS.binary_search_by_key(&lower.as_str(), |(rails, _)| *rails) {
        return RAILS.get(at).and_then(|(_, iana)| TimeZone::get(iana).ok());
    }
    TimeZone::get(name).ok().or_else(|| parse_offset(&lower)).or_else(|| {
        let city = name.replace(' ', "_");
        REGIONS.iter().find_map(|region| TimeZone::get(&format!("{region}/{city}")).ok())
    })
}

#[cfg(test)]
mod tests {
    use super::{RAILS, time_zone};

    /// The names of Rails that are cities of zones.
    const CITIES: &str = "Tijuana,Chihuahua,Mazatlan,Mexico City,Monterrey,Bogota,Lima,Caracas,La Paz,Santiago,\
        Montevideo,Puerto Rico,Azores,Dublin,Lisbon,London,Casablanca,Monrovia,Belgrade,Bratislava,Budapest,Ljubljana,\
        Prague,Sarajevo,Skopje,Warsaw,Zagreb,Brussels,Copenhagen,Madrid,Paris,Amsterdam,Berlin,Zurich,Rome,Stockholm,\
        Vienna,Bucharest,Cairo,Helsinki,Riga,Sofia,Tallinn,Vilnius,Athens,Istanbul,Minsk,Jerusalem,Harare,Kaliningrad,\
        Moscow,Samara,Kuwait,Riyadh,Nairobi,Baghdad,Tehran,Muscat,Baku,Tbilisi,Yerevan,Kabul,Karachi,Tashkent,Kolkata,\
        Kathmandu,Dhaka,Almaty,Novosibirsk,Rangoon,Bangkok,Jakarta,Krasnoyarsk,Chongqing,Hong Kong,Urumqi,Kuala Lumpur,\
        Taipei,Perth,Irkutsk,Ulaanbaatar,Seoul,Tokyo,Yakutsk,Darwin,Adelaide,Canberra,Melbourne,Sydney,Brisbane,Hobart,\
        Vladivostok,Guam,Port Moresby,Magadan,Srednekolymsk,Fiji,Kamchatka,Auckland";

    #[test]
    fn every_zone_of_rails_is_known() {
        assert!(RAILS.is_sorted_by(|a, b| a.0 < b.0));
        for name in CITIES.split(',').chain(RAILS.iter().map(|(name, _)| *name)) {
            assert!(time_zone(name).is_some(), "{name}");
        }
        assert_eq!(time_zone("Pacific Time (US & Canada)").unwrap().iana_name(), Some("America/Los_Angeles"));
        assert_eq!(time_zone("sydney").unwrap().iana_name(), Some("Australia/Sydney"));
    }

    #[test]
    fn zones_have_other_names_too() {
        for name in ["Europe/Warsaw", "+02:00", "UTC", "Etc/UTC", "New York", "est"] {
            assert!(time_zone(name).is_some(), "{name}");
        }
        for name in ["Atlantis", "", "+99999999", "+99:99", "é"] {
            assert!(time_zone(name).is_none(), "{name}");
        }
    }
}
