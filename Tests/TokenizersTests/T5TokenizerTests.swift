import Foundation
import TestSupport
import Testing
import Tokenizers
import WeightFiles

@Suite("T5 tokenizer")
struct T5TokenizerTests {
    /// A golden case with its list of strings and both variants of its tokenizer.
    private struct Fixture {
        let golden: Golden
        let strings: JSONValue
        let legacy: T5Tokenizer
        let modern: T5Tokenizer

        static func all() throws -> [Fixture] {
            try GoldenSet.current.cases(kind: "tokenizer").map { golden in
                let file = try #require(golden.document["file"]?.string)
                let model = golden.setPath + "/" + (try #require(golden.config["model"]?.string))
                return Fixture(
                    golden: golden,
                    strings: try Checkpoint.readJSONFile(golden.folder + "/" + file, advice: ""),
                    legacy: try T5Tokenizer(path: model, isLegacy: true),
                    modern: try T5Tokenizer(path: model, isLegacy: false))
            }
        }
    }

    @Test("The vocabulary has the golden's size")
    func vocabulary() throws {
        for fixture in try Fixture.all() {
            #expect(fixture.legacy.pieceCount == fixture.golden.config["pieces"]?.int)
        }
    }

    @Test("SentencePiece alone gives the golden's pieces, ids and normal form")
    func sentencePieces() throws {
        for fixture in try Fixture.all() {
            for entry in try #require(fixture.strings["strings"]?.array) {
                let text = try #require(entry["text"]?.string)
                let pieces = fixture.legacy.sentencePieces(of: text)
                #expect(pieces.map(\.id) + [1] == entry["sentencepiece_ids"]?.ints, "\(text.debugDescription)")
                // The set leaves pieces and normal form out where they are very long.
                if let expected = entry["sentencepiece_pieces"]?.strings {
                    #expect(pieces.map { Array($0.text.utf8) } == expected.map { Array($0.utf8) })
                }
                if let normalized = entry["sentencepiece_normalized"]?.string {
                    #expect(pieces.flatMap { Array($0.text.utf8) } == Array(normalized.utf8))
                }
            }
        }
    }

    @Test("Special tokens and both word rules give the golden's ids")
    func ids() throws {
        for fixture in try Fixture.all() {
            let entries = try #require(fixture.strings["strings"]?.array)
            #expect(!entries.isEmpty)
            for entry in entries {
                let text = try #require(entry["text"]?.string)
                #expect(fixture.legacy.ids(of: text) == entry["t5_ids_legacy_true"]?.ints, "\(text.debugDescription)")
                #expect(fixture.modern.ids(of: text) == entry["t5_ids_legacy_false"]?.ints, "\(text.debugDescription)")
            }
        }
    }

    @Test("Stripping, truncation, padding and masks are the golden's")
    func padding() throws {
        for fixture in try Fixture.all() {
            for entry in try #require(fixture.strings["padded"]?.array) {
                let text = try #require(entry["text"]?.string)
                let strips = try #require(entry["convention"]?.string).hasPrefix("ltx_video")
                let length = try #require(entry["max_length"]?.int)
                let result = fixture.legacy.encode(text, PromptConvention(length: length, stripsWhiteSpace: strips))
                #expect(result.ids == entry["input_ids"]?.ints)
                #expect(result.mask == entry["attention_mask"]?.ints)
            }
        }
    }

    private static func tokenizer(isLegacy: Bool = true) throws -> T5Tokenizer {
        let golden = try #require(try GoldenSet.builtIn.cases(kind: "tokenizer").first)
        return try T5Tokenizer(
            path: golden.setPath + "/" + (try #require(golden.config["model"]?.string)), isLegacy: isLegacy)
    }

    @Test("The published conventions are 256 stripped and 128 unstripped ids")
    func conventions() throws {
        let tokenizer = try Self.tokenizer()
        let stripped = tokenizer.encode("\u{1c}\u{a0} a fox\n", .ltxVideo)
        #expect(stripped == tokenizer.encode("a fox", .ltxVideo))
        #expect(stripped.ids.count == 256)
        #expect(tokenizer.encode("a fox", .diffusers).ids.count == 128)
        #expect(stripped.tokenCount == tokenizer.ids(of: "a fox").count)
    }

    @Test("White space is stripped by scalar, not by character")
    func combiningMarks() throws {
        let tokenizer = try Self.tokenizer()
        let convention = PromptConvention(length: 16, stripsWhiteSpace: true)
        #expect(
            tokenizer.encode(" \u{301}a", convention)
                == tokenizer.encode("\u{301}a", PromptConvention(length: 16, stripsWhiteSpace: false)))
    }

    @Test("Truncation keeps room for the final token", arguments: [1, 2, 5])
    func truncation(length: Int) throws {
        let tokenizer = try Self.tokenizer()
        let text = "A woman with long brown hair walks slowly on a beach"
        let result = tokenizer.encode(text, PromptConvention(length: length, stripsWhiteSpace: false))
        #expect(result.ids == tokenizer.ids(of: text).prefix(length - 1) + [1])
        #expect(result.tokenCount == length)
    }

    @Test(
        "Text that only resembles a special token is text",
        arguments: [
            "<extra_id_100>", "<extra_id_-1>", "<extra_id_07>", "<extra_id_+7>", "<PAD>", "< pad>", "<extra_id_", "<",
        ])
    func lookalikes(text: String) throws {
        let tokenizer = try Self.tokenizer()
        #expect(tokenizer.ids(of: text) == tokenizer.sentencePieces(of: text).map(\.id) + [1])
    }

    @Test("Sentinels count down from the end of the vocabulary")
    func sentinels() throws {
        let tokenizer = try Self.tokenizer()
        #expect(tokenizer.ids(of: "<extra_id_0>") == [tokenizer.pieceCount + 99, 1])
        #expect(tokenizer.ids(of: "<<extra_id_99>").contains(tokenizer.pieceCount))
        #expect(tokenizer.vocabularyCount == tokenizer.pieceCount + 100)
    }

    @Test("The folder's configuration decides on the word rule unless the caller does")
    func configuredLegacy() throws {
        let golden = try #require(try GoldenSet.builtIn.cases(kind: "tokenizer").first)
        let model = try Data(
            contentsOf: URL(filePath: golden.setPath + "/" + (try #require(golden.config["model"]?.string))))
        let folder = try TemporaryDirectory()
        _ = try folder.write(model, to: "spiece.model")
        #expect(try T5Tokenizer(path: folder.path).isLegacy)
        _ = try folder.write(Data(#"{"legacy": false}"#.utf8), to: "tokenizer_config.json")
        #expect(try !T5Tokenizer(path: folder.path).isLegacy)
        #expect(try T5Tokenizer(path: folder.path, isLegacy: true).isLegacy)
    }

    @Test("Files that are no T5 vocabulary are refused")
    func refusals() throws {
        let folder = try TemporaryDirectory()
        let missing = #expect(throws: TokenizerError.self) { try T5Tokenizer(path: folder.path) }
        #expect(missing?.description.contains("spiece.model") == true)
        for data in [Data(), Data("not a model".utf8), Data(repeating: 0xFF, count: 64)] {
            let path = try folder.write(data, to: "spiece.model")
            let error = #expect(throws: TokenizerError.self) { try T5Tokenizer(path: path) }
            guard case .notAModel = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test("Damaged vocabularies are refused or usable, never worse", arguments: 0..<4)
    func survivesDamage(seed: Int) throws {
        let golden = try #require(try GoldenSet.builtIn.cases(kind: "tokenizer").first)
        let model = try #require(golden.config["model"]?.string)
        let original = [UInt8](try Data(contentsOf: URL(filePath: golden.setPath + "/" + model)))
        let folder = try TemporaryDirectory()
        var random = SeededGenerator(seed: UInt64(seed))
        for round in 0..<24 {
            var bytes = original
            if round % 4 == 0 {
                bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
            } else {
                // The pieces come first, the character map after them.
                let range = round % 4 == 1 ? 0..<8000 : 0..<bytes.count
                for _ in 0..<Int.random(in: 1...40, using: &random) {
                    bytes[Int.random(in: range, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
            }
            let path = try folder.write(Data(bytes), to: "spiece.model")
            guard let tokenizer = try? T5Tokenizer(path: path, isLegacy: round % 2 == 0) else { continue }
            let ids = tokenizer.ids(of: "Hello, world! caf\u{e9} \u{ff21}\u{3000}<extra_id_3> x")
            #expect(ids.allSatisfy { (0..<tokenizer.vocabularyCount).contains($0) })
        }
    }

    @Test("A vocabulary without T5's special pieces is refused")
    func refusesOtherVocabulary() throws {
        /// A `ModelProto` piece: text, score 0, type.
        func piece(_ text: String, type: UInt8) -> [UInt8] {
            let body = [0x0A, UInt8(text.utf8.count)] + Array(text.utf8) + [0x15, 0, 0, 0, 0, 0x18, type]
            return [0x0A, UInt8(body.count)] + body
        }
        let folder = try TemporaryDirectory()
        let proto = piece("<unk>", type: 2) + piece("<s>", type: 3) + piece("</s>", type: 3) + piece("a", type: 1)
        let path = try folder.write(Data(proto), to: "spiece.model")
        let error = #expect(throws: TokenizerError.self) { try T5Tokenizer(path: path) }
        guard case .notT5 = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
