import MartletJSON

/// Types of Foundation that decode from something else than JSON for the same would have. They are known by name, because
/// Foundation is not linked.
enum FoundationType: String {
    case uuid = "UUID"
    case url = "URL"
    case date = "Date"
    case data = "Data"
    case decimal = "Decimal"

    init?(_ type: any Any.Type) {
        let name = String(reflecting: type).split(separator: ".", maxSplits: 1)
        guard name.count == 2, name[0] == "Foundation" || name[0] == "FoundationEssentials" else { return nil }
        self.init(rawValue: String(name[1]))
    }

    /// Schema and a value; nil for those that have none.
    var derived: SchemaDerivation.Derived? {
        switch self {
        case .uuid:
            .init(
                schema: ["type": "string", "format": "uuid"], sample: "00000000-0000-4000-8000-000000000000")
        case .url: .init(schema: ["type": "string", "format": "uri"], sample: "https://example.com/")
        case .date, .data, .decimal: nil
        }
    }
}
