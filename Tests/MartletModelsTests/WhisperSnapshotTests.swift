import Glibc
import MartletModelIR
import MartletModels
import MartletWeights
import Testing

/// The recorded programs of Whisper as text, as ProgramSnapshotTests has those of the language models.
///
/// `MARTLET_UPDATE_SNAPSHOTS=1` writes the files anew.
@Suite struct WhisperSnapshotTests {
    @Test(
        "Whisper's three programs are recorded as the snapshots say",
        arguments: ["multilingual", "untied"], [EntryPoint.encoder, .crossAttentionKV, .decoder])
    func snapshot(_ folder: String, _ entry: EntryPoint) throws {
        let checkpoint = try Checkpoint.open(path: "\(Fixture.root)/whisper/\(folder)")
        let model = try ModelRegistry.builtIn.model(for: checkpoint.config)
        var recorder = Recorder()
        let output = try model.record(entry, into: &recorder)
        let text = recorder.finish(output).description
        let path = "models/whisper_\(folder).\(entry).program.txt"
        if getenv("MARTLET_UPDATE_SNAPSHOTS") != nil {
            let file = try #require(fopen("\(Fixture.root)/\(path)", "w"))
            fputs(text, file)
            fclose(file)
        }
        #expect(text == String(decoding: Fixture.bytes(path), as: UTF8.self))
    }
}
