//! Medians and quantiles.

/// A count as a figure; counts here are far below 2^32.
pub(crate) fn figure(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The value below which `per_mille` thousandths lie; not a number for an empty list.
pub(crate) fn quantile(values: &[f64], per_mille: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = sorted.len().saturating_sub(1) * per_mille / 1000;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

/// The middle value.
pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 500)
}

/// The smallest and the largest.
pub(crate) fn span(values: &[f64]) -> (f64, f64) {
    (quantile(values, 0), quantile(values, 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_occurred() {
        let values = [3.0, 1.0, 2.0, 5.0, 4.0];
        assert_eq!(median(&values).to_bits(), 3.0_f64.to_bits());
        assert_eq!(span(&values), (1.0, 5.0));
        assert!(median(&[]).is_nan());
    }
}
