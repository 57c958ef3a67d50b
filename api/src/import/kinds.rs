//! What kind of hardware something is, from words that people use for it.

/// The kind that a role or a model's name tells, if it tells one.
///
/// The first line with a word that occurs wins, so the narrower words stand first: a "patch panel switch room" is a
/// patch panel, and a "storage server" is storage.
pub(super) fn of_words(text: &str) -> Option<&'static str> {
    const WORDS: &[(&str, &[&str])] = &[
        ("PATCH_PANEL", &["patch", "panel", "patchpanel"]),
        ("POWER", &["pdu", "ups", "rpp", "smartups", "powerfeed", "ats", "rectifier"]),
        ("FIREWALL", &["firewall", "firewalls", "fw", "fortigate", "utm"]),
        ("LOAD_BALANCER", &["balancer", "loadbalancer", "lb", "adc", "slb", "bigip"]),
        ("WIRELESS", &["wireless", "wifi", "wlan", "ap", "wap", "accesspoint", "wlc"]),
        ("STORAGE", &["storage", "san", "nas", "filer", "jbod", "array", "netapp", "synology", "qnap"]),
        ("ROUTER", &["router", "routers", "gateway", "isr", "asr"]),
        (
            "SWITCH",
            &["switch", "switches", "tor", "spine", "leaf", "nexus", "catalyst", "powerswitch", "procurve"],
        ),
        ("BLADE", &["blade", "blades"]),
        ("CHASSIS", &["chassis", "enclosure"]),
        (
            "SERVER",
            &[
                "server",
                "servers",
                "hypervisor",
                "compute",
                "host",
                "node",
                "esxi",
                "poweredge",
                "proliant",
                "thinksystem",
            ],
        ),
        ("LAPTOP", &["laptop", "laptops", "notebook"]),
        ("DESKTOP", &["desktop", "desktops", "workstation"]),
        ("MONITOR", &["monitor", "display"]),
        ("PHONE", &["phone", "phones", "voip"]),
        ("PRINTER", &["printer", "printers"]),
    ];
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    WORDS.iter().find(|(_, known)| known.iter().any(|word| words.contains(word))).map(|(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_kinds() {
        for (text, expected) in [
            ("Application Server", Some("SERVER")),
            ("ToR Switch", Some("SWITCH")),
            ("access-switch", Some("SWITCH")),
            ("Router", Some("ROUTER")),
            ("PDU", Some("POWER")),
            ("48-Port Patch Panel", Some("PATCH_PANEL")),
            ("storage_server", Some("STORAGE")),
            ("PowerEdge R650", Some("SERVER")),
            ("Load Balancer", Some("LOAD_BALANCER")),
            ("MX480", None),
            ("Terminal", None),
            ("", None),
        ] {
            assert_eq!(of_words(text), expected, "{text}");
        }
    }
}
