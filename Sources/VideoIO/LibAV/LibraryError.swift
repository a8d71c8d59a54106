import CLibAV
import Glibc

/// A failed call to FFmpeg, or to the system, in the library's own words.
struct LibraryError: Error {
    /// An `AVERROR` code: `-errno`, or a tag of the library.
    let code: Int32
    let text: String

    /// - Parameter code: the negative result of a call.
    init(_ code: Int32) {
        self.code = code
        let own = Self.message(code)
        let logged = LibraryLog.recentText()
        text = logged.isEmpty ? own : "\(own) (\(logged))"
    }

    /// A failed system call, by its `errno`.
    static func system(_ number: Int32 = errno) -> LibraryError { LibraryError(clibav_error(number)) }

    /// The system's words for its latest error, without what the library logged.
    static func systemText(_ number: Int32 = errno) -> String { message(clibav_error(number)) }

    static var outOfMemory: LibraryError { .system(ENOMEM) }

    var isDiskFull: Bool { [ENOSPC, EDQUOT, EFBIG].contains { clibav_error($0) == code } }

    /// As an error of writing `path`.
    func whileWriting(_ path: String, writtenBytes: Int) -> VideoError {
        isDiskFull ? .diskFull(path: path, writtenBytes: writtenBytes) : .cannotWrite(path: path, reason: text)
    }

    private static func message(_ code: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(AV_ERROR_MAX_STRING_SIZE)) { buffer in
            guard let start = buffer.baseAddress, av_strerror(code, start, buffer.count) >= 0 else {
                return "error \(code)"
            }
            let text = CleanText.oneLine(String(cString: start))
            // The sentence goes on after a colon.
            return text.prefix(1).lowercased() + text.dropFirst()
        }
    }
}

/// Passes on the result of a call to FFmpeg, or throws what a negative one means.
@discardableResult
func check(_ result: Int32) throws(LibraryError) -> Int32 {
    guard result >= 0 else { throw LibraryError(result) }
    return result
}
