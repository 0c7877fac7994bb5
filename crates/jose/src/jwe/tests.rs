//! The RFCs' own figures for content encryption. None of them uses `dir` with one of our methods, so they are put to
//! the ciphers behind it.

use super::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| u8::try_from(c.to_digit(16)?).ok())
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().unwrap()
}

#[test]
fn a128cbc_hs256_is_rfc_7518_b_1() {
    let secret: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap());
    let plain = b"A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy without inconvenience";
    let iv = array(&hex("1af38c2dc2b96ffdd86694092341bc04"));
    let aad = b"The second principle of Auguste Kerckhoffs";
    let sealed = cbc_hs256::seal(&secret, &iv, aad, plain).unwrap();
    assert_eq!(
        sealed.content,
        hex(
            "c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9
             a94ac9b47ad2655c5f10f9aef71427e2fc6f9b3f399a221489f16362c7032336
             09d45ac69864e3321cf82935ac4096c86e133314c54019e8ca7980dfa4b9cf1b
             384c486f3a54c51078158ee5d79de59fbd34d848b3d69550a67646344427ade5
             4b8851ffb598f7f80074b9473c82e2db"
        )
    );
    assert_eq!(sealed.tag.to_vec(), hex("652c3fa36b0a7c5b3219fab3a30bc1c4"));
    assert_eq!(cbc_hs256::open(&secret, &iv, aad, &sealed).unwrap(), plain);
}

#[test]
fn a128cbc_hs256_is_rfc_7516_a_3() {
    let secret = [
        4, 211, 31, 197, 84, 157, 252, 254, 11, 100, 157, 250, 63, 170, 106, 206, 107, 124, 212,
        45, 111, 107, 9, 219, 200, 177, 0, 240, 143, 156, 44, 207,
    ];
    let sealed = Sealed {
        content: decode("KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY").unwrap(),
        tag: decode_array("U0m_YmjN04DJvceFICbCVQ").unwrap(),
    };
    let plain = cbc_hs256::open(
        &secret,
        &decode_array("AxY8DCtDaGlsbGljb3RoZQ").unwrap(),
        b"eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0",
        &sealed,
    );
    assert_eq!(plain.unwrap(), b"Live long and prosper.");
}

#[test]
fn a256gcm_is_rfc_7516_a_1() {
    let secret = [
        177, 161, 244, 128, 84, 143, 225, 115, 63, 180, 3, 255, 107, 154, 212, 246, 138, 7, 110,
        91, 112, 46, 34, 105, 47, 130, 203, 46, 122, 234, 64, 252,
    ];
    let plain = b"The true sign of intelligence is not knowledge but imagination.";
    let iv = [227, 197, 117, 252, 2, 219, 233, 68, 180, 225, 77, 219];
    let aad = b"eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ";
    let sealed = gcm::seal(&secret, iv, aad, plain).unwrap();
    assert_eq!(
        encode(&sealed.content),
        "5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A"
    );
    assert_eq!(encode(&sealed.tag), "XFBoMYUZodetZdvTiFvSkQ");
    assert_eq!(gcm::open(&secret, iv, aad, sealed).unwrap(), plain);
}
