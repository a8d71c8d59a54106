import Foundation
import Generation
import StudioCore

/// The prompt argument: the words themselves, `-` for standard input, `@FILE` for a file.
enum PromptText {
    private static let byteLimit = 1 << 20

    static func read(_ argument: String) throws -> String {
        switch argument {
        case "-": return try text(FileHandle.standardInput, name: "standard input")
        case _ where argument.hasPrefix("@"):
            let path = String(argument.dropFirst())
            guard let handle = FileHandle(forReadingAtPath: path) else {
                throw StudioError.unreadable("The prompt file \(path) cannot be opened; check its name.")
            }
            return try text(handle, name: path)
        default: return argument
        }
    }

    private static func text(_ handle: FileHandle, name: String) throws -> String {
        let data: Data
        do {
            data = try handle.read(upToCount: byteLimit + 1) ?? Data()
        } catch {
            throw StudioError.unreadable("\(name) cannot be read.")
        }
        guard data.count <= byteLimit else {
            throw GenerationError.badValue("\(name) is larger than 1 MiB and cannot be a prompt.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw StudioError.unreadable("\(name) is not UTF-8 text.")
        }
        // A file's last line break is not part of the prompt.
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
