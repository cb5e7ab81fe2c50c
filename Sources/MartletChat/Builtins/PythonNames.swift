/// Names that Python keeps for itself.
enum PythonNames {
    /// Whether a name is an attribute that all of Python's objects have, such as `__class__`.
    static func isSpecial(_ name: String) -> Bool { onEveryObject.contains(name) }

    private static let onEveryObject: Set<String> = [
        "__class__", "__delattr__", "__dir__", "__doc__", "__eq__", "__format__", "__ge__", "__getattribute__",
        "__getstate__", "__gt__", "__hash__", "__init__", "__init_subclass__", "__le__", "__lt__", "__ne__", "__new__",
        "__reduce__", "__reduce_ex__", "__repr__", "__setattr__", "__sizeof__", "__str__", "__subclasshook__",
    ]
}
