/// Formulas without what makes no difference.
extension Formula {
    /// Any of `parts`.
    static func either(_ parts: [Formula]) -> Formula {
        var kept: [Formula] = []
        for part in parts {
            switch part {
            case .always: return .always
            case .never: continue
            default: kept.append(part)
            }
        }
        return kept.count == 1 ? kept[0] : kept.isEmpty ? .never : .any(kept)
    }

    /// All of `parts`.
    static func each(_ parts: [Formula]) -> Formula {
        var kept: [Formula] = []
        for part in parts {
            switch part {
            case .never: return .never
            case .always: continue
            default: kept.append(part)
            }
        }
        return kept.count == 1 ? kept[0] : kept.isEmpty ? .always : .all(kept)
    }

    /// Not `part`.
    static func none(_ part: Formula) -> Formula {
        switch part {
        case .always: .never
        case .never: .always
        case .not(let inner): inner
        default: .not(part)
        }
    }
}
