/// What stands around the names and values of an object's properties in a style that is not JSON.
struct ParameterMarks {
    /// Before a name.
    var begin: String
    /// After the name.
    var afterName: String
    /// Between `afterName` and the value, after white space where `spacesValue`.
    var beforeString = ""
    /// The same for values that are no strings.
    var beforeOther = ""
    /// After a value.
    var end: String
    /// White space may stand before `beforeString`.
    var spacesMark = false
    /// White space may stand around a string that is not just any text.
    var spacesStrings = true

    /// The marks of a style; nil for JSON.
    init?(_ style: StructuralTag.Style) {
        switch style {
        case .json: return nil
        case .qwenXML: self.init(begin: "<parameter=", afterName: ">", end: "</parameter>")
        case .minimaxXML: self.init(begin: "<parameter name=\"", afterName: "\">", end: "</parameter>")
        case .deepseekXML:
            self.init(
                begin: "<｜DSML｜parameter name=\"", afterName: "\"", beforeString: " string=\"true\">",
                beforeOther: " string=\"false\">", end: "</｜DSML｜parameter>", spacesStrings: false)
        case .glmXML:
            self.init(
                begin: "<arg_key>", afterName: "</arg_key>", beforeString: "<arg_value>", beforeOther: "<arg_value>",
                end: "</arg_value>", spacesMark: true)
        }
    }

    private init(
        begin: String, afterName: String, beforeString: String = "", beforeOther: String = "", end: String,
        spacesMark: Bool = false, spacesStrings: Bool = true
    ) {
        self.begin = begin
        self.afterName = afterName
        self.beforeString = beforeString
        self.beforeOther = beforeOther
        self.end = end
        self.spacesMark = spacesMark
        self.spacesStrings = spacesStrings
    }
}
