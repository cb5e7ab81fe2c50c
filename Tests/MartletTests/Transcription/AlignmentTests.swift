import Foundation
import Testing

@testable import Martlet

@Suite struct AlignmentTests {
    struct Fixture: Decodable {
        struct Timing: Decodable {
            var word: String
            var tokens: [Int32]
            var start, end, probability: Double

            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                word = try container.decode(String.self)
                tokens = try container.decode([Int32].self)
                start = try container.decode(Double.self)
                end = try container.decode(Double.self)
                probability = try container.decode(Double.self)
            }
        }

        struct Word: Decodable {
            var word: String
            var start, end, probability: Double
        }

        struct Segment: Decodable {
            var seek: Int
            var start, end: Double
            var tokens: [Int32]
            var words: [Word]?
        }

        struct Case: Decodable {
            var language: String
            var tokens: [Int32]
            var start_sequence, frames, heads, positions: Int
            var scores: [Float]
            var probabilities: [Double]
            var timings: [Timing]
            var last_speech: Double
            var before, segments: [Segment]
        }

        struct Path: Decodable {
            var rows, columns: Int
            var costs: [Float]
            var path: [[Int]]
        }

        var bytes: [String: String]
        var eot: Int32
        var cases: [Case]
        var dtw: [Path]
        var medians: [[[Float]]]
    }

    private let fixture: Fixture

    init() throws { fixture = try TranscriptionFixtures.load("alignment", as: Fixture.self) }

    @Test func `The cheapest path is that of openai-whisper`() {
        for fields in fixture.dtw {
            let path = DynamicTimeWarping(fields.costs, numRows: fields.rows, numColumns: fields.columns)
            #expect([path.rows, path.columns] == fields.path, "\(fields.rows) x \(fields.columns)")
        }
        #expect(DynamicTimeWarping([], numRows: 0, numColumns: 4).rows == [])
    }

    @Test func `Medians are those of openai-whisper`() {
        for pair in fixture.medians { #expect(MedianFilter.filter(pair[0], width: 7) == pair[1]) }
    }

    @Test func `Words get the times of find_alignment and the segments of add_word_timestamps`() {
        let bytes = TranscriptionFixtures.bytes(fixture.bytes)
        for fields in fixture.cases {
            let timings = timings(fields, bytes)
            #expect(timings.map(\.word) == fields.timings.map(\.word))
            #expect(timings.map(\.tokens) == fields.timings.map(\.tokens))
            #expect(timings.map(\.start) == fields.timings.map(\.start))
            #expect(timings.map(\.end) == fields.timings.map(\.end))
            for (timing, expected) in zip(timings, fields.timings) {
                #expect(abs(timing.probability - expected.probability) < 1e-6)
            }
            var segments = fields.before.map { segment in
                TranscriptionSegment(
                    id: 0, seek: segment.seek, start: segment.start, end: segment.end, text: "", tokens: segment.tokens)
            }
            var lastSpeech = fields.last_speech
            WordTimestamps(timings).add(
                to: &segments, offset: Double(fields.before[0].seek) / 100, lastSpeech: &lastSpeech
            ) { $0 < fixture.eot }
            for (segment, expected) in zip(segments, fields.segments) {
                #expect(segment.start == expected.start)
                #expect(segment.end == expected.end)
                #expect(segment.words?.map(\.word) == expected.words?.map(\.word))
                #expect(segment.words?.map(\.start) == expected.words?.map(\.start))
                #expect(segment.words?.map(\.end) == expected.words?.map(\.end))
            }
        }
    }

    private func timings(_ fields: Fixture.Case, _ bytes: (Int32) -> [UInt8]) -> [WordTiming] {
        let numTokens = fields.scores.count / fields.heads / fields.positions
        var weights: [Float] = []
        for row in 0..<fields.heads * numTokens {
            let scores = fields.scores[row * fields.positions..<(row + 1) * fields.positions]
            let powers = scores.map { exp($0 - (scores.max() ?? 0)) }
            let sum = powers.reduce(0, +)
            weights += powers.map { $0 / sum }
        }
        let matrix = AlignmentMatrix(
            weights: weights, numHeads: fields.heads, numTokens: numTokens, numPositions: fields.positions,
            numFrames: fields.frames / 2)
        let words = WordTokens.split(
            fields.tokens + [fixture.eot], language: fields.language, endOfText: fixture.eot, bytes: bytes)
        return WordTiming.timings(
            of: words, along: matrix.path(rows: fields.start_sequence..<numTokens - 1),
            probabilities: fields.probabilities)
    }
}
