//! Functions of numbers. Not the standard library's: phones and servers must agree to the last bit.

use super::Function;

/// Those of one number that give one.
pub(super) fn on_number(function: Function) -> Option<fn(f64) -> f64> {
    Some(match function {
        Function::Abs => libm::fabs,
        Function::Acos => libm::acos,
        Function::Asin => libm::asin,
        Function::Atan => libm::atan,
        Function::Ceiling => libm::ceil,
        Function::Cos => libm::cos,
        Function::Exp => |number| match number {
            // Missed by a bit otherwise.
            1.0 => std::f64::consts::E,
            _ => libm::exp(number),
        },
        Function::Exp10 => |number| libm::pow(10.0, number),
        Function::Floor => libm::floor,
        Function::Int => libm::trunc,
        Function::Log => libm::log,
        Function::Log10 => libm::log10,
        Function::Sin => libm::sin,
        Function::Sqrt => libm::sqrt,
        Function::Tan => libm::tan,
        _ => return None,
    })
}

/// To so many digits after the point, or before it.
pub(super) fn round_to(number: f64, digits: f64) -> f64 {
    let digits = libm::trunc(digits);
    let power = libm::pow(10.0, digits.abs());
    if digits > 0.0 {
        libm::round(number * power) / power
    } else {
        power * libm::round(number / power)
    }
}

pub(super) fn most(numbers: &[f64], better: fn(f64, f64) -> f64) -> f64 {
    if numbers.iter().any(|number| number.is_nan()) {
        return f64::NAN;
    }
    numbers.iter().copied().reduce(better).unwrap_or(f64::NAN)
}
