import MartletChat
import Testing

@testable import Martlet

@Suite("Templates of a model")
struct ModelChatTemplatesTests {
    private func problem(_ templates: ModelChatTemplates, withTools: Bool) -> String? {
        do {
            _ = try templates.template(withTools: withTools)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("are chosen by whether there are tools")
    func choice() throws {
        let templates = ModelChatTemplates(named: ["default": "d", "tool_use": "t", "rag": "r"])
        #expect(try templates.template(withTools: false)?.source == "d")
        #expect(try templates.template(withTools: true)?.source == "t")
        #expect(templates.standard?.source == "d")
        #expect(templates.mostTelling?.source == "t")
    }

    @Test("serve both where there is one")
    func shared() throws {
        for templates in [ModelChatTemplates(named: ["default": "d"]), ModelChatTemplates(try ChatTemplate("d"))] {
            #expect(try templates.template(withTools: true)?.source == "d")
            #expect(try templates.template(withTools: false)?.source == "d")
        }
        let none = ModelChatTemplates(named: [:])
        #expect(try none.template(withTools: true) == nil)
        #expect(none.mostTelling == nil)
    }

    @Test("that cannot be used are reported to those who need them")
    func unusable() throws {
        let broken = ModelChatTemplates(named: ["default": "d", "tool_use": "{{"])
        #expect(try broken.template(withTools: false)?.source == "d")
        #expect(problem(broken, withTools: true)?.contains("cannot be used") == true)
        #expect(broken.mostTelling?.source == "d")
        let missing = ModelChatTemplates(named: ["rag": "r", "tool_use": "t"])
        #expect(problem(missing, withTools: false)?.contains("there are: rag, tool_use") == true)
        #expect(try missing.template(withTools: true)?.source == "t")
    }
}
