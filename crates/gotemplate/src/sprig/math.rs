//! Numbers: Sprig's loose conversions and arithmetic.

use super::cast::{to_float, to_int};
use super::decimal;
use crate::engine::fault::Fault;
use crate::engine::fmt;
use crate::engine::function::Type::{Any, Float, Int};
use crate::engine::function::{Call, Function, Outcome, fixed, variadic};
use crate::engine::value::{Elem, Value};
use crate::go::conversion;
use crate::go::strconv;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("int", &[Any], |call| Ok(Value::int(to_int(&call.value(0))))),
    fixed("int64", &[Any], |call| Ok(Value::int64(to_int(&call.value(0))))),
    fixed("float64", &[Any], |call| Ok(Value::Float(to_float(&call.value(0))))),
    fixed("toDecimal", &[Any], |call| {
        let value = call.value(0);
        let text = fmt::display(call.runtime, &value)?;
        Ok(Value::int64(strconv::parse_int(&text, 8).unwrap_or(0)))
    }),
    fixed("add1", &[Any], |call| Ok(Value::int64(to_int(&call.value(0)).wrapping_add(1)))),
    variadic("add", &[], Any, |call| Ok(folded(call, 0, i64::wrapping_add))),
    fixed("sub", &[Any, Any], |call| integers(call, |a, b| Some(a.wrapping_sub(b)))),
    fixed("div", &[Any, Any], |call| integers(call, checked(i64::wrapping_div))),
    fixed("mod", &[Any, Any], |call| integers(call, checked(i64::wrapping_rem))),
    variadic("mul", &[Any], Any, |call| Ok(folded(call, 1, i64::wrapping_mul))),
    variadic("max", &[Any], Any, |call| Ok(folded(call, i64::MIN, i64::max))),
    variadic("biggest", &[Any], Any, |call| Ok(folded(call, i64::MIN, i64::max))),
    variadic("min", &[Any], Any, |call| Ok(folded(call, i64::MAX, i64::min))),
    variadic("maxf", &[Any], Any, |call| Ok(folded_float(call, go_max))),
    variadic("minf", &[Any], Any, |call| Ok(folded_float(call, go_min))),
    fixed("ceil", &[Any], |call| Ok(Value::Float(to_float(&call.value(0)).ceil()))),
    fixed("floor", &[Any], |call| Ok(Value::Float(to_float(&call.value(0)).floor()))),
    variadic("round", &[Any, Int], Float, round),
    fixed("add1f", &[Any], |call| decimal::fold(call, &Value::Float(1.0), decimal::Operation::Add)),
    variadic("addf", &[], Any, |call| {
        decimal::fold(call, &Value::Float(0.0), decimal::Operation::Add)
    }),
    variadic("subf", &[Any], Any, |call| decimal::fold_args(call, decimal::Operation::Subtract)),
    variadic("mulf", &[Any], Any, |call| decimal::fold_args(call, decimal::Operation::Multiply)),
    variadic("divf", &[Any], Any, |call| decimal::fold_args(call, decimal::Operation::Divide)),
    fixed("until", &[Int], |call| {
        let stop = call.int(0);
        let numbers = numbers(call, 0, stop, if stop < 0 { -1 } else { 1 })?;
        list(call, numbers)
    }),
    fixed("untilStep", &[Int, Int, Int], |call| {
        let (start, stop, step) = (call.int(0), call.int(1), call.int(2));
        let numbers = numbers(call, start, stop, step)?;
        list(call, numbers)
    }),
    variadic("seq", &[], Int, seq),
];

fn folded(call: &Call<'_, '_>, start: i64, combine: fn(i64, i64) -> i64) -> Value {
    Value::int64(call.args.iter().map(to_int).fold(start, combine))
}

fn folded_float(call: &Call<'_, '_>, combine: fn(f64, f64) -> f64) -> Value {
    let all = call.args.iter().map(to_float);
    Value::Float(all.reduce(combine).unwrap_or(0.0))
}

fn integers(call: &Call<'_, '_>, compute: impl Fn(i64, i64) -> Option<i64>) -> Outcome {
    compute(to_int(&call.value(0)), to_int(&call.value(1)))
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

fn round(call: &mut Call<'_, '_>) -> Outcome {
    let limit = if call.args.len() > 2 { call.float(2) } else { 0.5 };
    #[expect(clippy::cast_precision_loss, reason = "as Sprig converts")]
    let power = power_of_ten(call.int(1) as f64);
    let digit = power * to_float(&call.value(0));
    let fraction = if digit.is_infinite() { f64::NAN } else { digit.fract() };
    let rounded = if fraction >= limit { digit.ceil() } else { digit.floor() };
    Ok(Value::Float(rounded / power))
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

/// The numbers of `untilStep`.
fn numbers(call: &mut Call<'_, '_>, start: i64, stop: i64, step: i64) -> Result<Vec<i64>, Fault> {
    if (stop < start && step >= 0) || (stop >= start && step <= 0) {
        return Ok(Vec::new());
    }
    let count = start.abs_diff(stop).div_ceil(step.unsigned_abs());
    call.runtime.work(count / 16)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    call.runtime.has_room(count.saturating_mul(size_of::<Value>()))?;
    let next = |number: &i64| number.checked_add(step);
    Ok(std::iter::successors(Some(start), next).take(count).collect())
}

fn list(call: &mut Call<'_, '_>, numbers: Vec<i64>) -> Outcome {
    call.runtime.typed_list(Elem::Int, numbers.into_iter().map(Value::int).collect())
}

/// The numbers from the first to the last, as text.
fn seq(call: &mut Call<'_, '_>) -> Outcome {
    let (start, step, end) = match call.args.len() {
        1 => (1, None, call.int(0)),
        2 => (call.int(0), None, call.int(1)),
        3 => (call.int(0), Some(call.int(1)), call.int(2)),
        _ => return call.string(""),
    };
    let direction = if end < start { -1 } else { 1 };
    if direction < 0 && step.is_some_and(|step| step > 0) {
        return call.string("");
    }
    let stop = end.wrapping_add(direction);
    let numbers = numbers(call, start, stop, step.unwrap_or(direction))?;
    call.runtime.has_room(numbers.len() * 20)?;
    let texts: Vec<String> = numbers.iter().map(i64::to_string).collect();
    call.string(texts.join(" ").into_bytes())
}
