//! How large DynamoDB counts an item
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).

use aws_sdk_dynamodb::types::AttributeValue;

use super::Item;

/// The size of an item in bytes: its attributes' names and values.
pub(in crate::store) fn size_of(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + size_of_value(value)).sum()
}

fn size_of_value(value: &AttributeValue) -> usize {
    /// What a list or map takes beside its elements, and beside each of them.
    const NESTING: usize = 3;
    const ELEMENT: usize = 1;
    match value {
        AttributeValue::S(text) => text.len(),
        // At most one byte for two digits, and one more.
        AttributeValue::N(number) => number.len().div_ceil(2) + 1,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(list) => {
            NESTING + list.iter().map(|value| ELEMENT + size_of_value(value)).sum::<usize>()
        }
        AttributeValue::M(map) => NESTING + map.len() * ELEMENT + size_of(map),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|number| number.len().div_ceil(2) + 1).sum(),
        _ => 1,
    }
}
