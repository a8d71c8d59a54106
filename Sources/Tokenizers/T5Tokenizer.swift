import Foundation

/// T5's tokenizer: SentencePiece between special tokens, a final `</s>`, truncation and padding.
///
/// Source: engine reference, section 2; `T5Tokenizer` (the slow one) in Hugging Face transformers.
package final class T5Tokenizer: Sendable {
    package static let padID = 0
    package static let endID = 1
    package static let unknownID = 2
    /// SentencePiece's visible space.
    private static let visibleSpace = "\u{2581}"

    /// Whether every text between special tokens starts a new word (the published tokenizers), or only the first.
    package let isLegacy: Bool
    /// The vocabulary with its dummy prefix on for legacy behaviour, off otherwise.
    private let model: SentencePieceModel
    private let special: SpecialTokens
    /// Pieces that the auxiliary `<unk>` of the non-legacy behaviour takes.
    private let auxiliaryCount: Int

    /// - Parameters:
    ///   - path: `spiece.model`, or the folder that holds it.
    ///   - isLegacy: nil takes the value of `tokenizer_config.json` beside the model, or true.
    /// - Throws: ``TokenizerError``.
    package init(path: String, isLegacy: Bool? = nil) throws(TokenizerError) {
        let file = Self.modelFile(path)
        var proto: [UInt8]
        do {
            proto = [UInt8](try Data(contentsOf: URL(filePath: file)))
        } catch {
            throw .unreadable(path: file, reason: error.localizedDescription)
        }
        if let problem = CharacterMapCheck.problem(in: proto) { throw .notAModel(path: file, reason: problem) }
        let legacy = isLegacy ?? Self.configuredLegacy(besideModel: file) ?? true
        if !legacy {
            // Protobuf merges a repeated submessage: field 3 (normalizer), field 3 (add dummy prefix) = false.
            proto += [0x1A, 0x02, 0x18, 0x00]
        }
        model = try SentencePieceModel(proto: proto, path: file)
        try Self.checkSpecialPieces(model, file)
        self.isLegacy = legacy
        special = SpecialTokens(pieceCount: model.pieceCount)
        auxiliaryCount = legacy ? 0 : model.pieces(of: "<unk>").count
    }

    private static func modelFile(_ path: String) -> String {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        return exists && isDirectory.boolValue ? path + "/spiece.model" : path
    }

    private struct Configuration: Decodable {
        let legacy: Bool?
    }

    /// The `legacy` of a `tokenizer_config.json` in the model's folder; nil if there is none.
    private static func configuredLegacy(besideModel file: String) -> Bool? {
        let path = URL(filePath: file).deletingLastPathComponent().appending(path: "tokenizer_config.json")
        guard let data = try? Data(contentsOf: path) else { return nil }
        return (try? JSONDecoder().decode(Configuration.self, from: data))?.legacy
    }

    private static func checkSpecialPieces(_ model: SentencePieceModel, _ path: String) throws(TokenizerError) {
        guard model.pieceCount > unknownID, model.isControl(padID), model.isControl(endID),
            model.isUnknown(unknownID), model.id(ofPiece: "<pad>") == padID, model.id(ofPiece: "</s>") == endID
        else {
            throw .notT5(path: path, reason: "pieces 0, 1 and 2 are not <pad>, </s> and <unk>")
        }
    }

    /// Pieces of the vocabulary, without the sentinels behind it.
    package var pieceCount: Int { model.pieceCount }

    /// Ids that this tokenizer can give: the text encoder's embedding has at least as many rows.
    package var vocabularyCount: Int { model.pieceCount + SpecialTokens.extraIDCount }

    /// The ids of a text with the final `</s>`, neither truncated nor padded.
    package func ids(of text: String) -> [Int] {
        var ids = isLegacy ? legacyIDs(of: text) : wholeTextIDs(of: text)
        if ids.last != Self.endID { ids.append(Self.endID) }
        return ids
    }

    /// The ids and pieces of a text without any of T5's additions: what SentencePiece alone makes of it.
    package func sentencePieces(of text: String) -> [(id: Int, text: String)] { model.pieces(of: text) }

    /// The ids of a text, cut or padded to exactly the convention's length.
    package func encode(_ text: String, _ convention: PromptConvention) -> TokenizedPrompt {
        precondition(convention.length > 0, "encode: \(convention.length) tokens")
        let prompt = convention.stripsWhiteSpace ? Self.stripped(text) : text
        var ids = ids(of: prompt)
        if ids.count > convention.length { ids = ids.prefix(convention.length - 1) + [Self.endID] }
        let padding = convention.length - ids.count
        return TokenizedPrompt(
            ids: ids + Array(repeating: Self.padID, count: padding),
            mask: Array(repeating: 1, count: ids.count) + Array(repeating: 0, count: padding))
    }

    private static func stripped(_ text: String) -> String {
        String(text[...].unicodeScalars.strippedOnTheLeft().strippedOnTheRight())
    }

    private func legacyIDs(of text: String) -> [Int] {
        special.split(text).flatMap { part in
            switch part {
            case .special(let id): [id]
            case .text(let stretch): model.pieces(of: stretch).map(\.id)
            }
        }
    }

    /// Only the start of the whole text gets the mark of a new word.
    private func wholeTextIDs(of text: String) -> [Int] {
        guard !text.isEmpty else { return [] }
        let spaced = String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\u{2581}" ? " " : $0 }))
        let parts = special.split(Self.visibleSpace + spaced)
        var ids: [Int] = []
        for (index, part) in parts.enumerated() {
            switch part {
            case .special(let id): ids.append(id)
            case .text(let stretch):
                let pieces = continuationPieces(of: stretch)
                let isLoneMark = pieces.count == 1 && pieces[0].text == Self.visibleSpace
                // The mark put in front belongs to a word; a special token is none.
                if index == 0, isLoneMark, parts.count > 1 { continue }
                ids += pieces.map(\.id)
            }
        }
        return ids
    }

    /// SentencePiece drops leading spaces; behind an auxiliary text they survive.
    private func continuationPieces(of stretch: String) -> [(id: Int, text: String)] {
        guard let first = stretch.unicodeScalars.first, first == " " || first == "\u{2581}" else {
            return model.pieces(of: stretch)
        }
        let pieces = model.pieces(of: "<unk>" + stretch)
        return pieces.count >= auxiliaryCount ? Array(pieces.dropFirst(auxiliaryCount)) : pieces
    }
}
