/// Dates and times of RFC 3339, and its durations (appendix A).
enum TimeFormats {
    /// A day of the Gregorian calendar, 0001-01-01 to 9999-12-31.
    static let date = """
        (?!0000)(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)\
        |02-(?:0[1-9]|1\\d|2[0-8]))|(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)
        """

    /// The offset is required. A leap second is the last one of a day of UTC; those written with another offset are left
    /// out, because telling them apart takes a state for every minute of the day.
    static let time = """
        (?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)\
        |23:59:60(?:\\.\\d+)?(?:[Zz]|[+-]00:00))
        """

    static let dateTime = "\(date)[Tt]\(time)"

    /// No unit between the first and the last is left out; weeks stand alone.
    static let duration = "P(?:(?:\(dateUnits))(?:T(?:\(timeUnits)))?|T(?:\(timeUnits))|\\d+W)"
    private static let dateUnits = "\\d+Y(?:\\d+M(?:\\d+D)?)?|\\d+M(?:\\d+D)?|\\d+D"
    private static let timeUnits = "\\d+H(?:\\d+M(?:\\d+S)?)?|\\d+M(?:\\d+S)?|\\d+S"
}
