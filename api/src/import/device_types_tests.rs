//! Device types of tables and lists, as they become models.

use super::*;

fn read(name: &str, text: &str) -> Parsed {
    parse(&[Source { name: name.into(), bytes: text.into() }])
}

const HEADER: &str = "manufacturer,model,slug,part_number,u_height,is_full_depth,weight,weight_unit,\
                      subdevice_role,power_ports,max_draw_w_each,power_outlets,front_ports,rear_ports\n";

#[test]
fn weights_become_grams() {
    for (weight, unit, expected) in [
        ("1.14", "kg", Ok(1_140)),
        ("170", "g", Ok(170)),
        ("8.25", "lb", Ok(3_742)),
        ("10", "lb", Ok(4_536)),
        ("3", "oz", Ok(85)),
        ("3", "st", Err("has the unit 'st', which is not one of kg, g, lb, oz".to_owned())),
        ("-3", "kg", Err("is negative".to_owned())),
        ("79228162514264337593543950335", "kg", Err("is too large".to_owned())),
    ] {
        assert_eq!(grams(weight, unit), expected, "{weight} {unit}");
    }
}

#[test]
fn heights_are_rounded_up_to_half_units() {
    for (text, expected) in [
        ("0", Ok((0, true))),
        ("1", Ok((2, true))),
        ("1.5", Ok((3, true))),
        ("4.0", Ok((8, true))),
        ("1.3", Ok((3, false))),
        ("1.7", Ok((4, false))),
        ("-1", Err("is not between 0 and 200".to_owned())),
    ] {
        assert_eq!(half_units(text), expected, "{text}");
    }
}

#[test]
fn a_row_becomes_a_model_and_its_manufacturer() {
    let row = "Dell,PowerEdge R650,dell-r650,R650,1,True,21.9,kg,,2,800|800,0,0,0\n";
    let parsed = read("device_types.csv", &format!("{HEADER}{row}"));
    assert_eq!(parsed.problems.to_vec(), []);
    assert_eq!(parsed.records.manufacturers[0].name, "Dell");
    let model = &parsed.records.hardware_models[0];
    assert_eq!(model.kind.as_deref(), Some("SERVER"));
    assert_eq!(model.height_half_units, Some(2));
    assert_eq!(model.maximum_draw_watts, Some(800));
    assert_eq!(model.weight_grams, Some(21_900));
    assert_eq!(model.typical_draw_watts, None);
    assert_eq!(model.source.as_deref(), Some("device-types:dell-r650"));
}

#[test]
fn models_of_one_name_are_told_apart_by_slug() {
    let row = |slug: &str, part: &str| format!("Juniper,MX304,{slug},{part},2,True,,,,0,,0,0,0\n");
    let rows = [row("mx304-base", "BASE"), row("mx304", "JNP304"), row("mx304-c", "")].concat();
    let parsed = read("device_types.csv", &format!("{HEADER}{rows}"));
    let names: Vec<_> = parsed.records.hardware_models.iter().map(|model| model.key.name.as_str()).collect();
    assert_eq!(names, ["MX304 (BASE)", "MX304", "MX304 (mx304-c)"]);
    let problems: Vec<_> = parsed.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "device_types.csv:2: warning: model: 'MX304' line 3 has a model of the same name: \
             this one is called 'MX304 (BASE)'",
            "device_types.csv:4: warning: model: 'MX304' line 3 has a model of the same name: \
             this one is called 'MX304 (mx304-c)'",
        ]
    );
}

#[test]
fn what_sources_say_of_one_type_is_one_model() {
    let table = format!("{HEADER}Dell,M1000e,m1000e,,10,True,,,parent,6,,0,0,0\n");
    let list = r#"[{"manufacturer": "Dell", "model": "M1000e", "slug": "m1000e", "part_number": "P1",
        "u_height": 9, "weight": 80, "weight_unit": "kg", "power_outlets": 2}]"#;
    let sources = [("device_types.csv", table.as_str()), ("power.json", list)]
        .map(|(name, text)| Source { name: name.into(), bytes: text.into() });
    let parsed = parse(&sources);
    assert_eq!(parsed.problems.to_vec(), []);
    assert_eq!(parsed.records.manufacturers.len(), 1);
    let [model] = parsed.records.hardware_models.as_slice() else { panic!("{:?}", parsed.records) };
    assert_eq!((model.part_number.as_deref(), model.weight_grams), (Some("P1"), Some(80_000)));
    // Of what both say, the first counts.
    assert_eq!(model.height_half_units, Some(20));
    assert_eq!((model.kind.as_deref(), model.kind_is_guess), (Some("CHASSIS"), false));
    // The list takes it for a socket strip, for it knows no roles: whoever knows them is right.
    let [table, list] = sources;
    let parsed = parse(&[list, table]);
    let model = &parsed.records.hardware_models[0];
    assert_eq!((model.kind.as_deref(), model.kind_is_guess), (Some("CHASSIS"), false));
    assert_eq!(model.height_half_units, Some(18));
}

#[test]
fn a_type_that_a_file_has_twice_is_one_model() {
    let rows = "Dell,A,a,,1,True,,,,0,,0,0,0\nDell,A,a,P1,1,True,,,,0,,0,0,0\n";
    let parsed = read("device_types.csv", &format!("{HEADER}{rows}"));
    assert_eq!(parsed.records.hardware_models.len(), 1);
    assert_eq!(parsed.records.hardware_models[0].part_number.as_deref(), Some("P1"));
    assert_eq!(
        parsed.problems[0].to_string(),
        "device_types.csv:3: warning: slug: 'a' line 2 has the same device type: both are one model"
    );
}

#[test]
fn what_cannot_be_read_costs_its_field_only() {
    let rows = "Dell,A,a,,1.3,maybe,5,stone,,1,many,0,0,0\nDell,,b,,1,True,,,,0,,0,0,0\n";
    let parsed = read("device_types.csv", &format!("{HEADER}{rows}"));
    assert_eq!(parsed.records.hardware_models.len(), 1);
    let columns: Vec<_> = parsed.problems.iter().filter_map(|problem| problem.column.as_deref()).collect();
    assert_eq!(columns, ["u_height", "is_full_depth", "maximum_draw", "weight"]);
    assert_eq!(parsed.errors(), 1);
}

#[test]
fn the_json_list_gives_the_same() {
    let text = r#"[{"manufacturer": "Dell", "model": "R650", "slug": "r650", "u_height": 1, "is_full_depth": true,
        "weight": 21.9, "weight_unit": "kg", "power_ports": [{"maximum_draw": 800}, {"maximum_draw": 800}]},
        {"manufacturer": "Dell", "model": "A module"}]"#;
    let parsed = read("power.json", text);
    assert_eq!(parsed.problems.to_vec(), []);
    assert_eq!(parsed.records.hardware_models.len(), 1);
    assert_eq!(parsed.records.hardware_models[0].maximum_draw_watts, Some(800));
    assert_eq!(parsed.records.hardware_models[0].weight_grams, Some(21_900));
    let truncated = read("power.json", &text[..text.len() - 10]);
    assert!(truncated.records.is_empty());
    assert!(truncated.problems[0].message.starts_with("file is not a complete JSON list: EOF"));
}
