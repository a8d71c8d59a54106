import CLibAV
import Glibc
import Synchronization

/// FFmpeg's log: never printed, kept for the text of errors.
enum LibraryLog {
    /// The latest error lines of each thread, newest last.
    private static let lines = Mutex<[(thread: UInt, text: String)]>([])
    private static let keptLineCount = 64

    private static let installed: Void = {
        // SVT-AV1 prints a banner by itself unless told to keep to fatal errors.
        setenv("SVT_LOG", "0", 0)
        av_log_set_level(AV_LOG_ERROR)
        av_log_set_callback { _, level, format, arguments in
            guard level <= AV_LOG_ERROR, let format else { return }
            LibraryLog.keep(format: format, arguments: arguments)
        }
    }()

    /// Takes the log over and forgets what this thread has logged so far. Call before work whose errors are reported.
    static func begin() {
        installed
        let thread = UInt(pthread_self())
        lines.withLock { $0.removeAll { $0.thread == thread } }
    }

    /// The calling thread's latest lines as one text without a final full stop, empty if there are none.
    static func recentText() -> String {
        let thread = UInt(pthread_self())
        let texts = lines.withLock { $0.filter { $0.thread == thread }.map(\.text) }
        return texts.suffix(2).joined(separator: "; ")
    }

    private static func keep(format: UnsafePointer<CChar>, arguments: CVaListPointer?) {
        // Whether C's va_list is a pointer, which may be null, depends on the processor.
        guard let arguments else { return }
        let capacity = 512
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer -> String in
            guard let start = buffer.baseAddress else { return "" }
            let length = vsnprintf(start, capacity, format, arguments)
            guard length > 0 else { return "" }
            let bytes = UnsafeRawBufferPointer(start: start, count: min(Int(length), capacity - 1))
            return CleanText.oneLine(String(decoding: bytes, as: UTF8.self))
        }
        guard !text.isEmpty else { return }
        let thread = UInt(pthread_self())
        lines.withLock { lines in
            if lines.count >= keptLineCount { lines.removeFirst() }
            lines.append((thread, text))
        }
    }
}
