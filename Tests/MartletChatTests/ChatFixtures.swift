import Foundation
import MartletChat
import MartletJSON

/// Where `Scripts/goldens/make_templates.py` put what jinja2 and transformers gave.
enum ChatFixtures {
    static let clock = ChatTemplateClock(year: 2026, month: 3, day: 7, hour: 14, minute: 5, second: 9)

    static func load(_ name: String) throws -> JSONValue {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appending(path: "Fixtures/chat/\(name)"))
        return try JSONReader.parse([UInt8](data))
    }

    /// The text or the error's kind.
    static func render(
        _ source: String, _ variables: JSONObject, limits: ChatTemplateLimits = ChatTemplateLimits()
    ) -> Result<String, ChatTemplateError> {
        do throws(ChatTemplateError) {
            return .success(try ChatTemplate(source).render(variables, now: clock, limits: limits))
        } catch {
            return .failure(error)
        }
    }
}
