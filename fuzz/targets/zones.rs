//! Zone names: they are found in any case and printed in their own. The error for an unknown name has known
//! ones.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::time::Zone;

fuzz_target!(|name: &str| match name.parse::<Zone>() {
    Ok(zone) => {
        assert!(zone.name().eq_ignore_ascii_case(name), "{name:?} is {zone}");
        for spelling in [zone.name().to_owned(), name.to_ascii_lowercase(), name.to_ascii_uppercase()] {
            let again = spelling.parse::<Zone>().map(Zone::name);
            assert!(again.is_ok_and(|again| again.eq_ignore_ascii_case(name)), "{spelling:?}");
        }
    }
    Err(unknown) => {
        assert!(unknown.near().len() <= 3);
        for near in unknown.near() {
            assert_eq!(near.parse::<Zone>().map(Zone::name).as_ref(), Ok(near), "{name:?}");
        }
        assert!(unknown.to_string().len() < 1000, "{unknown}");
    }
});
