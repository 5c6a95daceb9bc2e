//! Exact decimal arithmetic behind `addf`, `subf`, `mulf` and `divf`.

use num_bigint::BigInt;
use num_bigint::Sign;

use super::cast;
use crate::engine::error::REDACTED;
use crate::engine::fault::Fault;
use crate::engine::function::Outcome;
use crate::engine::runtime::Runtime;
use crate::engine::value::Value;

/// How many digits a quotient has after the point.
const DIVISION_DIGITS: i64 = 16;

/// `coefficient * 10^exponent`
struct Decimal {
    coefficient: BigInt,
    exponent: i64,
}

#[derive(Clone, Copy)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// All `operands`, one after the other, onto `start`.
pub(super) fn fold(
    runtime: &mut Runtime<'_>,
    start: &Value,
    operands: &[Value],
    operation: Operation,
) -> Outcome {
    let mut result = Decimal::from_float(cast::to_float(start))?;
    for operand in operands {
        runtime.work(8 + result.coefficient.bits() / 64)?;
        let operand = Decimal::from_float(cast::to_float(operand))?;
        result = result.apply(operation, &operand)?;
    }
    Ok(Value::Float(result.to_float()))
}

impl Decimal {
    /// The shortest decimal that reads back as `value`.
    fn from_float(value: f64) -> Result<Self, Fault> {
        if !value.is_finite() {
            return Err(Fault::new(format!("Cannot create a Decimal from {REDACTED}")));
        }
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let fraction = mantissa.split_once('.').map_or(0, |(_, digits)| digits.len());
        let digits = mantissa.replace('.', "");
        let exponent = exponent.parse::<i64>().unwrap_or(0) - i64::try_from(fraction).unwrap_or(0);
        Ok(Self { coefficient: digits.parse().unwrap_or_default(), exponent })
    }

    fn apply(&self, operation: Operation, other: &Self) -> Result<Self, Fault> {
        let exponent = self.exponent.min(other.exponent);
        match operation {
            Operation::Add => {
                Ok(Self { coefficient: self.at(exponent) + other.at(exponent), exponent })
            }
            Operation::Subtract => {
                Ok(Self { coefficient: self.at(exponent) - other.at(exponent), exponent })
            }
            Operation::Multiply => Ok(Self {
                coefficient: &self.coefficient * &other.coefficient,
                exponent: self.exponent + other.exponent,
            }),
            Operation::Divide => self.divide(other),
        }
    }

    /// The coefficient at a lower exponent.
    fn at(&self, exponent: i64) -> BigInt {
        &self.coefficient * power_of_ten(self.exponent - exponent)
    }

    /// Rounded at the last digit, halves away from zero.
    fn divide(&self, divisor: &Self) -> Result<Self, Fault> {
        if divisor.coefficient.sign() == Sign::NoSign {
            return Err(Fault::new("decimal division by 0"));
        }
        let shift = self.exponent - divisor.exponent + DIVISION_DIGITS;
        let numerator = &self.coefficient * power_of_ten(shift);
        let denominator = &divisor.coefficient * power_of_ten(-shift);
        let mut quotient = &numerator / &denominator;
        let remainder = &numerator % &denominator;
        if (remainder * 2_u32).magnitude() >= denominator.magnitude() {
            let negative = (self.coefficient.sign() == Sign::Minus)
                != (divisor.coefficient.sign() == Sign::Minus);
            quotient += if negative { -1 } else { 1 };
        }
        Ok(Self { coefficient: quotient, exponent: -DIVISION_DIGITS })
    }

    fn to_float(&self) -> f64 {
        format!("{}e{}", self.coefficient, self.exponent).parse().unwrap_or(0.0)
    }
}

/// 10 to a power; to a negative one, 1.
fn power_of_ten(exponent: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(exponent.max(0)).unwrap_or(0))
}
