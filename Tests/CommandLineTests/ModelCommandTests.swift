import Foundation
import Testing

@Suite("models, and jobs on the bundled model", .serialized)
struct ModelCommandTests {
    private let program: Program

    init() throws {
        program = try Program()
    }

    private static let bundled = Program.repository.appending(path: "Sources/Generation/Resources/models/nano")

    /// A copy of the bundled model in which one file is changed.
    private func damagedModel(_ file: String, _ change: (Data) -> Data) throws -> String {
        let folder = program.home.appending(path: "damaged")
        try FileManager.default.copyItem(at: Self.bundled, to: folder)
        let target = folder.appending(path: file)
        let data = try Data(contentsOf: target)
        try FileManager.default.removeItem(at: target)
        try change(data).write(to: target)
        return folder.path
    }

    @Test("The bundled model is listed, described and sound")
    func bundled() throws {
        let model = try #require(try program.run(["models", "list", "--json"]).objects.first)
        #expect(model["name"] as? String == "nano" && model["bundled"] as? Bool == true)
        #expect(model["has_hr"] as? Bool == true && model["has_text_encoder"] as? Bool == true)
        let parts = try program.run(["models", "inspect", "nano"]).output
        for part in ["transformer", "HR transformer", "video autoencoder", "text encoder"] {
            #expect(parts.contains(part))
        }
        let verified = try program.run(["models", "verify", "nano"])
        #expect(verified.status == 0, "\(verified.messages)")
        #expect(verified.lines.count == 3)
        #expect(verified.lines.allSatisfy { $0.prefix(64).allSatisfy(\.isHexDigit) })
    }

    @Test("A model in the user's folder is found by name, from any working directory")
    func userModel() throws {
        let folder = program.home.appending(path: "data/models")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: Self.bundled, to: folder.appending(path: "mine"))
        let names = try program.run(["models", "list", "--json"]).objects.compactMap { $0["name"] as? String }
        #expect(names == ["mine", "nano"])
        #expect(try program.run(["models", "inspect", folder.appending(path: "mine").path]).status == 0)
    }

    @Test("Quantised weights are written where asked, and a folder that cannot be is a sentence")
    func quantize() throws {
        let folder = program.home.appending(path: "packed")
        let done = try program.run(["models", "quantize", "nano", "-o", folder.path])
        #expect(done.status == 0, "\(done.messages)")
        #expect(done.lines.count == 2)
        #expect(done.lines.allSatisfy { $0.hasPrefix(folder.path) && FileManager.default.fileExists(atPath: $0) })
        let file = program.home.appending(path: "a file")
        try Data("x".utf8).write(to: file)
        let refused = try program.run(["models", "quantize", "nano", "-o", file.appending(path: "packed").path])
        #expect(refused.status == 6)
        #expect(refused.messages.contains("cannot be written") && !refused.messages.contains("NSError"))
    }

    @Test("The plan of a 2K clip stays under 6 GiB")
    func plan() throws {
        let plan = try #require(try program.run(["models", "plan", "--preset", "nano", "--json"]).objects.first)
        let needed = try #require(plan["needed_bytes"] as? Int)
        #expect(needed > 100 << 20 && needed < 6 << 30)
    }

    @Test(
        "A damaged model ends with 3 and a sentence",
        arguments: [
            ("cut in half", "ltx-nano.safetensors"), ("not JSON", "ltx-nano.safetensors"),
            ("endless header", "ltx-nano-hr.safetensors"), ("empty", "text_encoder/model.safetensors"),
            ("no tokenizer", "tokenizer/spiece.model"),
        ])
    func damaged(kind: String, file: String) throws {
        let model = try damagedModel(file) { data in
            switch kind {
            case "cut in half": data.prefix(data.count / 2)
            case "not JSON": data.prefix(8) + Data("not json".utf8) + data.dropFirst(16)
            case "endless header": Data(repeating: 0xFF, count: 8) + data.dropFirst(8)
            default: Data()
            }
        }
        let draft = try program.run(["draft", "x", "--model", model, "--preset", "nano-fast", "--steps", "1"])
        #expect(draft.status == 3, "\(kind): \(draft.messages)")
        #expect(draft.output == "" && !draft.messages.contains("Error("))
        if kind != "no tokenizer" {
            let verified = try program.run(["models", "verify", model])
            #expect(verified.status == 3)
            #expect(verified.messages.split(separator: "\n").count == 1, "\(verified.messages)")
        }
    }

    @Test("No model of that name, an empty folder: 3, and what there is")
    func missing() throws {
        let unknown = try program.run(["draft", "x", "--model", "nope"])
        #expect(unknown.status == 3 && unknown.messages.contains("nano"), "\(unknown.messages)")
        let folder = program.home.appending(path: "empty")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let empty = try program.run(["draft", "x", "--model", folder.path])
        #expect(empty.status == 3 && empty.messages.contains(folder.path), "\(empty.messages)")
    }

    private static let small = ["--preset", "nano-fast", "--steps", "2", "--hr-steps", "1", "--size", "640x384"]

    @Test("The whole job on the bundled model; the same seed gives the same bytes, also in another process")
    func wholeJob() throws {
        let file = program.path("out.mp4")
        let run = try program.run(
            ["render", "a red sailboat on the sea", "--seed", "5", "-o", file, "--json"] + Self.small)
        #expect(run.status == 0, "\(run.messages)")
        let results = try run.objects.filter { $0["event"] as? String == "result" }
        #expect(results.compactMap { $0["kind"] as? String } == ["draft", "commit"])
        let again = try program.run(["draft", "a red sailboat on the sea", "--seed", "5", "--json"] + Self.small)
        let commit = try program.run(["commit", "1", "-o", program.path("again.mp4"), "--json"])
        let digests = try (results + again.objects + commit.objects).compactMap { $0["latent_sha256"] as? String }
        #expect(digests.count == 4)
        #expect(digests[0] == digests[2], "the draft of the same seed")
        #expect(digests[1] == digests[3], "the commit of the kept draft")
        #expect(digests[0] != digests[1])
        let shown = try #require(try program.run(["history", "show", file, "--json"]).objects.first)
        #expect(shown["draft_latent_sha256"] as? String == digests[0])
        #expect((shown["weights_sha256"] as? String)?.count == 64)
        let clip = program.path("draft.mp4")
        _ = try program.run(["draft", "a lake", "--steps", "1", "--preset", "nano-fast", "-o", clip])
        let draft = try #require(try program.run(["history", "show", clip, "--json"]).objects.first)
        #expect(draft["weights_sha256"] as? String == shown["weights_sha256"] as? String)
        #expect(draft["precision"] is String)
    }

    @Test("Ctrl-C in the middle of a large step ends within a second and keeps the draft")
    func stop() throws {
        let drafted = try program.run(["draft", "a lake", "--seed", "5", "--steps", "1", "--preset", "nano"])
        #expect(drafted.status == 0, "\(drafted.messages)")
        let file = program.path("out.mp4")
        let child = try program.start(["commit", "1", "-o", file, "--json"])
        #expect(child.waitForOutput("\"name\":\"hr\""))
        let start = ContinuousClock.now
        child.send(SIGINT)
        #expect(child.wait().status == 130)
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(!FileManager.default.fileExists(atPath: file))
        let states = try program.run(["history", "list", "--json"]).objects.compactMap { $0["state"] as? String }
        #expect(states == ["stopped", "done"])
    }
}
