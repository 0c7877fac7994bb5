//! When a short-lived token is good: the one rule about `iat` and `exp`.

/// How long tokens of one kind may live, and how far clocks may differ, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    /// The most seconds between `iat` and `exp`.
    pub longest: i64,
    /// The seconds by which two clocks may differ.
    pub skew: i64,
}

/// Why a token isn't good at this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untimely {
    /// It ends before it begins, or lives longer than its kind may.
    #[error("the token's times make no sense")]
    Senseless,
    /// It was made in the future: a clock is wrong.
    #[error("the token is not valid yet")]
    Early,
    /// It is over.
    #[error("the token is over")]
    Over,
}

impl Lifetime {
    /// Whether a token of these times (seconds since 1970) is good at `now`; then the first second at which it
    /// is good no more, until which its `jti` must be remembered.
    ///
    /// # Errors
    /// [`Untimely`].
    pub fn check(self, iat: i64, exp: i64, now: i64) -> Result<i64, Untimely> {
        let life = exp.checked_sub(iat).ok_or(Untimely::Senseless)?;
        let ends = exp.checked_add(self.skew).ok_or(Untimely::Senseless)?;
        if life <= 0 || life > self.longest {
            return Err(Untimely::Senseless);
        }
        if iat > now.saturating_add(self.skew) {
            return Err(Untimely::Early);
        }
        if ends <= now {
            return Err(Untimely::Over);
        }
        Ok(ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Lifetime = Lifetime {
        longest: 60,
        skew: 30,
    };

    #[test]
    fn a_minute_is_a_minute_and_the_skew_on_either_side() {
        let check = |iat, exp, now| MINUTE.check(iat, exp, now);
        assert_eq!(check(1000, 1060, 1000), Ok(1090));
        assert_eq!(check(1000, 1060, 970), Ok(1090));
        assert_eq!(check(1000, 1060, 969), Err(Untimely::Early));
        assert_eq!(check(1000, 1060, 1089), Ok(1090));
        assert_eq!(check(1000, 1060, 1090), Err(Untimely::Over));
    }

    #[test]
    fn no_long_life_none_backwards_and_none_at_the_end_of_time() {
        for (iat, exp) in [
            (1000, 1061),
            (1000, 1000),
            (1060, 1000),
            (i64::MIN, i64::MAX),
            (i64::MAX - 1, i64::MAX),
            (i64::MAX, i64::MIN),
        ] {
            assert_eq!(MINUTE.check(iat, exp, 1000), Err(Untimely::Senseless));
        }
        assert!(MINUTE.check(i64::MIN, i64::MIN + 60, 1000).is_err());
    }
}
