//! Reaching into a JSON value by path.

use serde_json::Value;

use crate::config::path::{Path, Segment};

/// What stands at a path.
pub(super) fn get<'a>(value: &'a Value, path: &Path) -> Option<&'a Value> {
    path.segments().iter().try_fold(value, |node, segment| match segment {
        Segment::Key(name) => node.get(name),
        Segment::Index(index) => node.get(index),
    })
}

/// Takes a field out. `None` when there is none.
pub(super) fn remove(value: &mut Value, path: &Path) -> Option<()> {
    let Some(Segment::Key(name)) = path.last() else { return None };
    get_mut(value, &path.parent()?)?.as_object_mut()?.remove(name).map(|_| ())
}

/// Puts a value somewhere. `None` when there is no such place.
pub(super) fn put(value: &mut Value, path: &Path, new: Value) -> Option<()> {
    match path.last() {
        Some(Segment::Key(name)) => {
            get_mut(value, &path.parent()?)?.as_object_mut()?.insert(name.clone(), new);
        }
        Some(Segment::Index(_)) | None => *get_mut(value, path)? = new,
    }
    Some(())
}

/// The paths of all fields that hold nothing.
pub(super) fn empty_fields(value: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    collect_empty(value, &Path::root(), &mut found);
    found
}

fn collect_empty(value: &Value, path: &Path, found: &mut Vec<Path>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let place = path.key(name);
                if field.is_null() { found.push(place) } else { collect_empty(field, &place, found) }
            }
        }
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                collect_empty(entry, &path.index(index), found);
            }
        }
        _ => {}
    }
}

fn get_mut<'a>(value: &'a mut Value, path: &Path) -> Option<&'a mut Value> {
    path.segments().iter().try_fold(value, |node, segment| match segment {
        Segment::Key(name) => node.get_mut(name),
        Segment::Index(index) => node.get_mut(index),
    })
}
