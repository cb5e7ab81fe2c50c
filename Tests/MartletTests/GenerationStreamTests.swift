import MartletEngine
import Synchronization
import Testing

@testable import Martlet

@Suite("The stream of a request's events")
struct GenerationStreamTests {
    func event(_ index: Int, _ text: String, finish: FinishReason? = nil) -> GenerationEvent {
        var event = GenerationEvent(index: index)
        event.text = text
        event.tokenIDs = [Int32(text.utf8.count)]
        event.finishReason = finish
        return event
    }

    @Test("merges what the reader has not fetched, output by output")
    func merges() async throws {
        let mailbox = GenerationMailbox(numOutputs: 2) {}
        for letter in ["a", "bb", "ccc"] { mailbox.post(event(0, letter)) }
        mailbox.post(event(1, "x", finish: .stop))
        mailbox.post(event(0, "d", finish: .length))
        var events: [GenerationEvent] = []
        for try await event in GenerationStream(mailbox: .init(mailbox)) { events.append(event) }
        #expect(events.map(\.text) == ["abbcccd", "x"])
        #expect(events[0].tokenIDs == [1, 2, 3, 1])
        #expect(events.map(\.finishReason) == [.length, .stop])
    }

    @Test("cancels the request when dropped before its end, and only then", arguments: [true, false])
    func dropping(early: Bool) {
        let cancelled = Mutex(0)
        let mailbox = GenerationMailbox(numOutputs: 1) { cancelled.withLock { $0 += 1 } }
        var stream: GenerationStream? = GenerationStream(mailbox: .init(mailbox))
        mailbox.post(event(0, "a", finish: early ? nil : .stop))
        _ = stream
        stream = nil
        #expect(cancelled.withLock { $0 } == (early ? 1 : 0))
    }

    @Test("ends and cancels when the reading task is cancelled")
    func cancelledReader() async throws {
        let cancelled = Mutex(false)
        let mailbox = GenerationMailbox(numOutputs: 1) { cancelled.withLock { $0 = true } }
        let stream = GenerationStream(mailbox: .init(mailbox))
        let reader = Task { try await stream.collect() }
        reader.cancel()
        #expect(try await reader.value.isEmpty)
        #expect(cancelled.withLock { $0 })
    }

    @Test("throws what went wrong after the events before it")
    func failure() async throws {
        let mailbox = GenerationMailbox(numOutputs: 1) {}
        mailbox.post(event(0, "a"))
        mailbox.finish(.engine("broken"))
        var iterator = GenerationStream(mailbox: .init(mailbox)).makeAsyncIterator()
        #expect(try await iterator.next()?.text == "a")
        await #expect(throws: LLMError.engine("broken")) { try await iterator.next() }
    }
}
