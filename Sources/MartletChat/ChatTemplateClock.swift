/// The local time that `strftime_now` tells; a value, so that rendering depends on nothing outside.
public struct ChatTemplateClock: Sendable, Hashable {
    /// The year of the common era, and month and day from 1.
    public var year: Int, month: Int, day: Int
    /// The time of day.
    public var hour: Int, minute: Int, second: Int

    /// A moment in the proleptic Gregorian calendar.
    public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    private var isLeapYear: Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// The day of the year from 1.
    private var dayOfYear: Int {
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
        return before[min(max(month, 1), 12) - 1] + day + (month > 2 && isLeapYear ? 1 : 0)
    }

    /// The day of the week from Sunday as 0.
    private var weekday: Int {
        let years = year - 1
        let days = years * 365 + years / 4 - years / 100 + years / 400 + dayOfYear
        return ((days % 7) + 7) % 7
    }

    /// `strftime` with the C locale; a `-` after the percent sign drops leading zeros, as glibc does.
    func formatted(_ format: String) -> String {
        var result = ""
        var scalars = format.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            guard var code = scalars.next() else { return result + "%" }
            let isBare = code == "-"
            if isBare, let next = scalars.next() { code = next }
            result += field(code, isBare: isBare) ?? "%" + (isBare ? "-" : "") + String(code)
        }
        return result
    }

    private func field(_ code: Unicode.Scalar, isBare: Bool) -> String? {
        func padded(_ value: Int, _ width: Int, with fill: String = "0") -> String {
            let digits = String(value)
            return isBare ? digits : String(repeating: fill, count: max(0, width - digits.count)) + digits
        }
        let hour12 = hour % 12 == 0 ? 12 : hour % 12
        switch code {
        case "Y": return String(year)
        case "y": return padded(year % 100, 2)
        case "C": return padded(year / 100, 2)
        case "m": return padded(month, 2)
        case "d": return padded(day, 2)
        case "e": return padded(day, 2, with: " ")
        case "H": return padded(hour, 2)
        case "I": return padded(hour12, 2)
        case "k": return padded(hour, 2, with: " ")
        case "l": return padded(hour12, 2, with: " ")
        case "M": return padded(minute, 2)
        case "S": return padded(second, 2)
        case "f": return "000000"
        case "j": return padded(dayOfYear, 3)
        case "w": return String(weekday)
        case "u": return String(weekday == 0 ? 7 : weekday)
        case "U": return padded((dayOfYear + 6 - weekday) / 7, 2)
        case "W": return padded((dayOfYear + 6 - (weekday + 6) % 7) / 7, 2)
        case "p": return hour < 12 ? "AM" : "PM"
        case "P": return hour < 12 ? "am" : "pm"
        case "B": return Self.monthNames[min(max(month, 1), 12) - 1]
        case "b", "h": return String(Self.monthNames[min(max(month, 1), 12) - 1].prefix(3))
        case "A": return Self.dayNames[weekday]
        case "a": return String(Self.dayNames[weekday].prefix(3))
        case "z", "Z": return ""
        case "n": return "\n"
        case "t": return "\t"
        case "%": return "%"
        case "F": return formatted("%Y-%m-%d")
        case "T", "X": return formatted("%H:%M:%S")
        case "D", "x": return formatted("%m/%d/%y")
        case "R": return formatted("%H:%M")
        case "r": return formatted("%I:%M:%S %p")
        case "c": return formatted("%a %b %e %H:%M:%S %Y")
        default: return nil
        }
    }
}
