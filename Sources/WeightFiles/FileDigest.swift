import CCrypto
import Foundation

/// SHA-256 of data that arrives in pieces, by libcrypto, which uses the CPU's own instructions for it.
package struct FileDigest: ~Copyable {
    /// Freed with this value.
    private let context: OpaquePointer

    private static let readBytes = 1 << 20

    package init() {
        context = Self.made(EVP_MD_CTX_new())
        Self.require(EVP_DigestInit_ex(context, EVP_sha256(), nil))
    }

    deinit { EVP_MD_CTX_free(context) }

    /// The SHA-256 of a file as 64 lower-case hexadecimal digits. The file is read in pieces and nothing is cached.
    ///
    /// - Throws: ``WeightError/cannotOpen(path:reason:)``, also where reading fails half way.
    package static func sha256(ofFileAt path: String) throws(WeightError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: MappedFile.lastReason()) }
        defer { close(descriptor) }
        var digest = FileDigest()
        var buffer = [UInt8](repeating: 0, count: readBytes)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .cannotOpen(path: path, reason: MappedFile.lastReason()) }
            if count == 0 { return digest.finalized() }
            buffer.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// Takes the next piece of the data.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        Self.require(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
    }

    /// The digest of everything taken so far as hexadecimal digits; this value itself can take more.
    package func finalized() -> String {
        let copy = Self.made(EVP_MD_CTX_new())
        defer { EVP_MD_CTX_free(copy) }
        Self.require(EVP_MD_CTX_copy_ex(copy, context))
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MD_get_size(EVP_sha256())))
        Self.require(EVP_DigestFinal_ex(copy, &bytes, nil))
        return bytes.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }

    /// libcrypto fails here for want of a few bytes of memory alone.
    private static func require(_ result: Int32) { precondition(result == 1, "SHA-256: libcrypto has no memory") }

    private static func made(_ context: OpaquePointer?) -> OpaquePointer {
        guard let context else { preconditionFailure("SHA-256: libcrypto has no memory") }
        return context
    }
}
