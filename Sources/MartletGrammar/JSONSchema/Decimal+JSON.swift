import MartletJSON

extension Decimal {
    /// The exact value of a JSON number; nil for another kind. A double is the shortest decimal that reads back as it,
    /// which is what was written for all numbers of up to 15 digits.
    init?(_ value: JSONValue) {
        switch value {
        case .integer(let value): self.init(String(value))
        case .longInteger(let digits): self.init(digits)
        case .double(let value): self.init(String(describing: value))
        default: return nil
        }
    }
}
