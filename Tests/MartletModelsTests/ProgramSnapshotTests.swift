import Glibc
import MartletModelIR
import MartletModels
import MartletWeights
import Testing

/// The recorded programs as text, so that a change of the shared layers shows its effect on every family.
///
/// `MARTLET_UPDATE_SNAPSHOTS=1` writes the files anew.
@Suite struct ProgramSnapshotTests {
    @Test(
        "programs are recorded as the snapshots say", arguments: GoldenLogitsTests.folders + ["llama3_rope/model.gguf"])
    func snapshot(_ folder: String) throws {
        let checkpoint = try Checkpoint.open(path: "\(Fixture.root)/models/\(folder)")
        let model = try ModelRegistry.builtIn.model(for: checkpoint.config)
        var recorder = Recorder()
        let output = try model.record(.decoder, into: &recorder)
        let text = recorder.finish(output).description
        let name = folder.split(separator: "/").joined(separator: ".")
        let path = "models/\(name).program.txt"
        if getenv("MARTLET_UPDATE_SNAPSHOTS") != nil {
            let file = try #require(fopen("\(Fixture.root)/\(path)", "w"))
            fputs(text, file)
            fclose(file)
        }
        #expect(text == String(decoding: Fixture.bytes(path), as: UTF8.self))
    }
}
