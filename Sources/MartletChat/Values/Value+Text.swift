extension Value {
    /// Python's `str`.
    var pythonText: String {
        switch self {
        case .undefined: ""
        case .string(let text), .markup(let text): text
        default: repr
        }
    }

    /// Python's `repr`.
    var repr: String {
        var result = ""
        writeRepr(to: &result)
        return result
    }

    private func writeRepr(to result: inout String) {
        switch self {
        case .undefined: result += "Undefined"
        case .none: result += "None"
        case .bool(let value): result += value ? "True" : "False"
        case .integer(let value): result += String(value)
        case .bigInteger(let value): result += value.text()
        case .float(let value): result += PythonFloat.repr(value)
        case .string(let text): text.writePythonRepr(to: &result)
        case .markup(let text):
            result += "Markup("
            text.writePythonRepr(to: &result)
            result += ")"
        case .list(let list): Self.write(list.elements, "[", "]", to: &result)
        case .tuple(let list): Self.write(list.elements, "(", list.elements.count == 1 ? ",)" : ")", to: &result)
        case .dict(let dict):
            result += "{"
            for (index, entry) in dict.entries.enumerated() {
                if index > 0 { result += ", " }
                entry.key.writeRepr(to: &result)
                result += ": "
                entry.value.writeRepr(to: &result)
            }
            result += "}"
        case .view(let view, let dict): Self.write(dict.elements(of: view), "\(view.rawValue)([", "])", to: &result)
        case .range(let start, let stop, let step):
            result += step == 1 ? "range(\(start), \(stop))" : "range(\(start), \(stop), \(step))"
        case .macro(let macro):
            result += macro.definition.use == nil ? "<Macro anonymous>" : "<Macro '\(macro.definition.name)'>"
        case .function(let function): result += "<function \(function.rawValue)>"
        case .loop(let loop): result += "<LoopContext \(loop.index + 1)/\(loop.knownLength ?? 0)>"
        case .blocks: result += "<TemplateReference None>"
        case .iterator, .namespace, .method, .cycler, .joiner, .block: result += "<\(typeName) object>"
        }
    }

    private static func write(_ elements: [Value], _ open: String, _ close: String, to result: inout String) {
        result += open
        for (index, element) in elements.enumerated() {
            if index > 0 { result += ", " }
            element.writeRepr(to: &result)
        }
        result += close
    }
}

extension DictValue {
    /// The elements of a view.
    func elements(of view: DictView) -> [Value] {
        switch view {
        case .keys: entries.map(\.key)
        case .values: entries.map(\.value)
        case .items: entries.map { .tuple(ListValue([$0.key, $0.value])) }
        }
    }
}

extension String {
    fileprivate func writePythonRepr(to result: inout String) {
        let quote: Unicode.Scalar = has("'") && !has("\"") ? "\"" : "'"
        result.unicodeScalars.append(quote)
        for scalar in unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case quote:
                result += "\\"
                result.unicodeScalars.append(scalar)
            default:
                if scalar.isPythonPrintable {
                    result.unicodeScalars.append(scalar)
                } else {
                    result += scalar.pythonEscape
                }
            }
        }
        result.unicodeScalars.append(quote)
    }
}

extension Unicode.Scalar {
    /// Python's `str.isprintable`.
    var isPythonPrintable: Bool {
        if value < 0x7F { return value >= 0x20 }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }

    /// `\xNN`, `\uNNNN` or `\UNNNNNNNN`.
    var pythonEscape: String {
        let digits = String(value, radix: 16)
        let (letter, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits
    }
}

extension String {
    /// Python's `ascii`, of a text that is a `repr` already.
    var asciiEscaped: String {
        unicodeScalars.reduce(into: "") { result, scalar in
            if scalar.isASCII {
                result.unicodeScalars.append(scalar)
            } else {
                result += scalar.pythonEscape
            }
        }
    }
}
