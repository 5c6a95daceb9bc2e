//! Numbers: Sprig's loose conversions and arithmetic.

use super::cast::{to_float, to_int};
use super::decimal::{self, Operation};
use crate::engine::argument::function;
use crate::engine::fault::Fault;
use crate::engine::fmt;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Elem, Value};
use crate::go::conversion;
use crate::go::strconv;

pub(super) const FUNCTIONS: &[Function] = &[
    function!("int", |_runtime, value: Value| Ok(Value::int(to_int(&value)))),
    function!("int64", |_runtime, value: Value| Ok(Value::int64(to_int(&value)))),
    function!("float64", |_runtime, value: Value| Ok(Value::Float(to_float(&value)))),
    function!("toDecimal", |runtime, value: Value| {
        let text = fmt::display(runtime, &value)?;
        Ok(Value::int64(strconv::parse_int(&text, 8).unwrap_or(0)))
    }),
    function!("add1", |_runtime, value: Value| Ok(Value::int64(to_int(&value).wrapping_add(1)))),
    function!("add", |_runtime; all: [Value]| Ok(folded(&all, 0, i64::wrapping_add))),
    function!("sub", |_runtime, a: Value, b: Value| {
        integers(&a, &b, |a, b| Some(a.wrapping_sub(b)))
    }),
    function!("div", |_runtime, a: Value, b: Value| integers(&a, &b, checked(i64::wrapping_div))),
    function!("mod", |_runtime, a: Value, b: Value| integers(&a, &b, checked(i64::wrapping_rem))),
    function!("mul", |_runtime, first: Value; rest: [Value]| {
        Ok(folded(&rest, to_int(&first), i64::wrapping_mul))
    }),
    function!("max", |_runtime, first: Value; rest: [Value]| {
        Ok(folded(&rest, to_int(&first), i64::max))
    }),
    function!("biggest", |_runtime, first: Value; rest: [Value]| {
        Ok(folded(&rest, to_int(&first), i64::max))
    }),
    function!("min", |_runtime, first: Value; rest: [Value]| {
        Ok(folded(&rest, to_int(&first), i64::min))
    }),
    function!("maxf", |_runtime, first: Value; rest: [Value]| {
        Ok(folded_float(&first, &rest, go_max))
    }),
    function!("minf", |_runtime, first: Value; rest: [Value]| {
        Ok(folded_float(&first, &rest, go_min))
    }),
    function!("ceil", |_runtime, value: Value| Ok(Value::Float(to_float(&value).ceil()))),
    function!("floor", |_runtime, value: Value| Ok(Value::Float(to_float(&value).floor()))),
    function!("round", |_runtime, value: Value, places: i64; limit: [f64]| {
        Ok(Value::Float(round(to_float(&value), places, limit.first().copied().unwrap_or(0.5))))
    }),
    function!("add1f", |runtime, value: Value| {
        decimal::fold(runtime, &Value::Float(1.0), &[value], Operation::Add)
    }),
    function!("addf", |runtime; all: [Value]| {
        decimal::fold(runtime, &Value::Float(0.0), &all, Operation::Add)
    }),
    function!("subf", |runtime, first: Value; rest: [Value]| {
        decimal::fold(runtime, &first, &rest, Operation::Subtract)
    }),
    function!("mulf", |runtime, first: Value; rest: [Value]| {
        decimal::fold(runtime, &first, &rest, Operation::Multiply)
    }),
    function!("divf", |runtime, first: Value; rest: [Value]| {
        decimal::fold(runtime, &first, &rest, Operation::Divide)
    }),
    function!("until", |runtime, stop: i64| {
        list(runtime, 0, stop, if stop < 0 { -1 } else { 1 })
    }),
    function!("untilStep", |runtime, start: i64, stop: i64, step: i64| {
        list(runtime, start, stop, step)
    }),
    function!("seq", |runtime; bounds: [i64]| seq(runtime, &bounds)),
];

fn folded(all: &[Value], start: i64, combine: fn(i64, i64) -> i64) -> Value {
    Value::int64(all.iter().map(to_int).fold(start, combine))
}

fn folded_float(first: &Value, rest: &[Value], combine: fn(f64, f64) -> f64) -> Value {
    Value::Float(rest.iter().map(to_float).fold(to_float(first), combine))
}

fn integers(a: &Value, b: &Value, compute: impl Fn(i64, i64) -> Option<i64>) -> Outcome {
    compute(to_int(a), to_int(b))
        .map(Value::int64)
        .ok_or_else(|| Fault::new("runtime error: integer divide by zero"))
}

fn checked(divide: fn(i64, i64) -> i64) -> impl Fn(i64, i64) -> Option<i64> {
    move |a, b| (b != 0).then(|| divide(a, b))
}

/// `math.Max`: infinity beats NaN, NaN beats the rest, and 0 beats -0.
fn go_max(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        f64::INFINITY
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == 0.0 && b == 0.0 {
        if a.is_sign_negative() { b } else { a }
    } else if a > b {
        a
    } else {
        b
    }
}

/// `math.Min`.
fn go_min(a: f64, b: f64) -> f64 {
    -go_max(-a, -b)
}

fn round(value: f64, places: i64, limit: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "as Sprig converts")]
    let power = power_of_ten(places as f64);
    let digit = power * value;
    let fraction = if digit.is_infinite() { f64::NAN } else { digit.fract() };
    let rounded = if fraction >= limit { digit.ceil() } else { digit.floor() };
    rounded / power
}

/// `math.Pow(10, exponent)` for a whole exponent, multiplied out as Go does.
fn power_of_ten(exponent: f64) -> f64 {
    if exponent.abs() >= 400.0 {
        return if exponent > 0.0 { f64::INFINITY } else { 0.0 };
    }
    let mut remaining = conversion::to_int64(exponent.abs());
    let (mut result, mut result_exponent) = (1.0_f64, 0_i32);
    let (mut factor, mut factor_exponent) = (0.625_f64, 4_i32);
    while remaining != 0 {
        if remaining & 1 == 1 {
            result *= factor;
            result_exponent += factor_exponent;
        }
        factor *= factor;
        factor_exponent <<= 1;
        if factor < 0.5 {
            factor += factor;
            factor_exponent -= 1;
        }
        remaining >>= 1;
    }
    if exponent < 0.0 {
        result = 1.0 / result;
        result_exponent = -result_exponent;
    }
    // In two parts: the whole exponent may lie beyond what one factor can hold.
    let half = result_exponent / 2;
    result * 2_f64.powi(half) * 2_f64.powi(result_exponent - half)
}

/// The numbers of `untilStep`, `bytes` of memory charged for each.
fn numbers(
    runtime: &mut Runtime<'_>,
    (start, stop, step): (i64, i64, i64),
    bytes: usize,
) -> Result<impl Iterator<Item = i64> + use<>, Fault> {
    let none = (stop < start && step >= 0) || (stop >= start && step <= 0);
    let count = if none { 0 } else { start.abs_diff(stop).div_ceil(step.unsigned_abs()) };
    runtime.work(count / 16)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    runtime.charge(count.saturating_mul(bytes))?;
    let next = move |number: &i64| number.checked_add(step);
    Ok(std::iter::successors(Some(start), next).take(count))
}

fn list(runtime: &mut Runtime<'_>, start: i64, stop: i64, step: i64) -> Outcome {
    let numbers = numbers(runtime, (start, stop, step), size_of::<Value>())?;
    runtime.charged_list(Elem::Int, numbers.map(Value::int).collect(), false)
}

/// The numbers from the first to the last, as text.
fn seq(runtime: &mut Runtime<'_>, bounds: &[i64]) -> Outcome {
    /// A number of up to 20 digits, as a text of its own and in the text of all.
    const BYTES_OF_A_NUMBER: usize = 64;
    let (start, step, end) = match *bounds {
        [end] => (1, None, end),
        [start, end] => (start, None, end),
        [start, step, end] => (start, Some(step), end),
        _ => return runtime.string(""),
    };
    let direction = if end < start { -1 } else { 1 };
    if direction < 0 && step.is_some_and(|step| step > 0) {
        return runtime.string("");
    }
    let stop = end.wrapping_add(direction);
    let range = (start, stop, step.unwrap_or(direction));
    let numbers = numbers(runtime, range, BYTES_OF_A_NUMBER)?;
    let texts: Vec<String> = numbers.map(|number| number.to_string()).collect();
    runtime.work(texts.len() as u64)?;
    runtime.charged_string(texts.join(" ").into_bytes())
}
