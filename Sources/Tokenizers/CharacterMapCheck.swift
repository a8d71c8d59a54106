/// Checks the character map inside a SentencePiece model before the library uses it.
///
/// The library follows the map's offsets without looking at its bounds, so that a damaged file could crash the program.
/// Source: engine reference, section 2; the double-array trie of Darts-clone.
enum CharacterMapCheck {
    /// - Parameter proto: a serialized `ModelProto`.
    /// - Returns: what is wrong with it; nil if its map is safe to use.
    static func problem(in proto: [UInt8]) -> String? {
        var map: ArraySlice<UInt8> = []
        var isWellFormed = true
        let isMessage = ProtobufReader.forEachField(of: proto[...]) { field, value in
            // Field 3 of the model is the normaliser, whose field 2 is the map. Of repeated values the last counts.
            guard field == 3, case .bytes(let normalizer) = value else { return }
            let isNormalizer = ProtobufReader.forEachField(of: normalizer) { field, value in
                if field == 2, case .bytes(let bytes) = value { map = bytes }
            }
            if !isNormalizer { isWellFormed = false }
        }
        guard isMessage, isWellFormed else { return "it is cut off or no protobuf message" }
        return map.isEmpty || isSafe(map) ? nil : "its character map is damaged"
    }

    /// The trie's size in bytes, its units, and zero-terminated replacements.
    private static func isSafe(_ map: ArraySlice<UInt8>) -> Bool {
        map.withUnsafeBytes { bytes in
            guard bytes.count > 4 else { return false }
            let trieBytes = Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
            let poolBytes = bytes.count - 4 - trieBytes
            guard trieBytes > 0, trieBytes.isMultiple(of: 4), poolBytes > 0, bytes[bytes.count - 1] == 0 else {
                return false
            }
            let units = (0..<trieBytes / 4).map {
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 + 4 * $0, as: UInt32.self))
            }
            return units.indices.allSatisfy { isSafe(units, at: $0, poolBytes: poolBytes) }
        }
    }

    /// A value must lie in the pool, every child that a byte could lead to in the trie, and a leaf's child must be a value.
    private static func isSafe(_ units: [UInt32], at index: Int, poolBytes: Int) -> Bool {
        let unit = units[index]
        if unit & valueFlag != 0 { return Int(unit & ~valueFlag) < poolBytes }
        let child = index ^ Int(unit >> 10) << Int((unit & 0x200) >> 6)
        guard child | 0xFF < units.count else { return false }
        return unit & leafFlag == 0 || units[child] & valueFlag != 0
    }

    private static let valueFlag: UInt32 = 0x8000_0000
    private static let leafFlag: UInt32 = 0x100
}
