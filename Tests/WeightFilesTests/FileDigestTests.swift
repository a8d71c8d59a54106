import Foundation
import TestSupport
import Testing
import WeightFiles

@Suite("SHA-256 of files")
struct FileDigestTests {
    private func digest(_ data: Data) throws -> String {
        let folder = try TemporaryDirectory()
        return try FileDigest.sha256(ofFileAt: folder.write(data, to: "data"))
    }

    @Test("The vectors of FIPS 180-4 are met")
    func knownVectors() throws {
        let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
        let cases = [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (long, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ]
        for (text, expected) in cases { #expect(try digest(Data(text.utf8)) == expected) }
    }

    @Test("The cut into pieces does not matter", arguments: [1, 55, 56, 63, 64, 65, 127, 128, 200])
    func pieces(length: Int) throws {
        var random = SeededGenerator(seed: 5)
        let data = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        var whole = FileDigest()
        data.withUnsafeBytes { whole.update($0) }
        var pieces = FileDigest()
        var start = 0
        while start < length {
            let end = min(length, start + Int.random(in: 1...70, using: &random))
            Array(data[start..<end]).withUnsafeBytes { pieces.update($0) }
            start = end
        }
        #expect(pieces.finalized() == whole.finalized())
        #expect(try digest(Data(data)) == whole.finalized())
    }

    @Test("A missing file is an error with its path")
    func missingFile() {
        let error = #expect(throws: WeightError.self) { try FileDigest.sha256(ofFileAt: "/nowhere/at/all") }
        #expect(error?.description.contains("/nowhere/at/all") == true)
    }
}
