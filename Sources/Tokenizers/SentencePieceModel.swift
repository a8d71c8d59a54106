import CSentencePiece

/// A loaded SentencePiece model: normalises text and cuts it into the pieces of its vocabulary.
final class SentencePieceModel: Sendable {
    // SAFETY: the model never changes after loading, and the library's encoder is const and keeps no state.
    private nonisolated(unsafe) let model: OpaquePointer

    /// - Parameters:
    ///   - proto: a serialized `ModelProto`.
    ///   - path: named in errors.
    /// - Throws: ``TokenizerError/notAModel(path:reason:)``.
    init(proto: [UInt8], path: String) throws(TokenizerError) {
        var message = [CChar](repeating: 0, count: 512)
        let loaded = proto.withUnsafeBytes { bytes in
            // An empty array has no address; one byte of anything stands in, with a length of 0.
            withUnsafePointer(to: UInt8(0)) { placeholder in
                csp_model_create(
                    bytes.baseAddress ?? UnsafeRawPointer(placeholder), bytes.count, &message, message.count)
            }
        }
        guard let loaded else { throw .notAModel(path: path, reason: Self.text(message)) }
        model = loaded
    }

    deinit {
        csp_model_free(model)
    }

    /// The number of pieces in the vocabulary.
    var pieceCount: Int { Int(csp_model_piece_count(model)) }

    func isControl(_ id: Int) -> Bool { csp_model_is_control(model, Int32(id)) }

    func isUnknown(_ id: Int) -> Bool { csp_model_is_unknown(model, Int32(id)) }

    /// The id of a piece; that of the unknown piece if there is no such piece.
    func id(ofPiece piece: String) -> Int {
        var piece = piece
        return piece.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { Int(csp_model_piece_id(model, $0, text.count)) } ?? -1
            }
        }
    }

    /// The pieces of a text with their ids, in order.
    func pieces(of text: String) -> [(id: Int, text: String)] {
        var text = text
        var pieces = csp_pieces()
        var message = [CChar](repeating: 0, count: 512)
        defer { csp_pieces_free(&pieces) }
        let succeeded = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { return true }
                return csp_model_encode(model, start, characters.count, &pieces, &message, message.count)
            }
        }
        // Encoding has no failure that input could cause: any text has pieces, unknown ones at worst.
        precondition(succeeded, "SentencePiece: \(Self.text(message))")
        let ids = UnsafeBufferPointer(start: pieces.ids, count: pieces.count)
        let ends = UnsafeBufferPointer(start: pieces.ends, count: pieces.count)
        let bytes = UnsafeRawBufferPointer(start: pieces.text, count: ends.last ?? 0)
        return ids.indices.map { index in
            let start = index > 0 ? ends[index - 1] : 0
            return (Int(ids[index]), String(decoding: bytes[start..<ends[index]], as: UTF8.self))
        }
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
