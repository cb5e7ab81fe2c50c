import Glibc
import MartletModelIR
import MartletModels
import Testing

/// The recorded programs as text, so that a change of the shared layers shows its effect on every family.
///
/// `MARTLET_UPDATE_SNAPSHOTS=1` writes the files anew.
@Suite struct ProgramSnapshotTests {
    @Test("programs are recorded as the snapshots say", arguments: GoldenLogitsTests.families)
    func snapshot(_ family: String) throws {
        let model = try ModelRegistry.builtIn.model(for: Fixture.config("models/\(family)/config.json"))
        var recorder = Recorder()
        let output = try model.record(.decoder, into: &recorder)
        let text = recorder.finish(output).description
        let path = "models/\(family).program.txt"
        if getenv("MARTLET_UPDATE_SNAPSHOTS") != nil {
            let file = try #require(fopen("\(Fixture.root)/\(path)", "w"))
            fputs(text, file)
            fclose(file)
        }
        #expect(text == String(decoding: Fixture.bytes(path), as: UTF8.self))
    }
}
