import Foundation
import Generation
import StudioCore

/// A model for people and as JSON.
enum ModelText {
    /// The size of all its weight files.
    static func bytes(of model: InstalledModel) -> Int {
        model.weightFiles.reduce(0) { sum, file in
            let attributes = try? FileManager.default.attributesOfItem(atPath: file.path(percentEncoded: false))
            return sum + (attributes?[.size] as? Int ?? 0)
        }
    }

    static func fields(_ model: InstalledModel) -> [(key: String, value: JSONValue)] {
        [
            ("event", "model"), ("name", .string(model.name)), ("bundled", .boolean(model.isBundled)),
            ("folder", .string(model.folder.path(percentEncoded: false))),
            ("bytes", .integer(bytes(of: model))), ("has_hr", .boolean(model.highResolution != nil)),
            ("has_text_encoder", .boolean(model.textEncoder != nil)),
        ]
    }

    static func lines(_ model: ModelDescription) -> [String] {
        var lines = ["\(TextCleaning.oneLine(model.name))  \(TextCleaning.oneLine(model.folder))"]
        for part in model.parts {
            let name = part.name.padding(toLength: 18, withPad: " ", startingAt: 0)
            let size = "\(parameters(part.parameters)), \(ByteText.short(part.bytes))"
                .padding(toLength: 18, withPad: " ", startingAt: 0)
            let file = URL(filePath: part.file).lastPathComponent
            lines.append("\(name) \(size) \(TextCleaning.oneLine("\(part.summary)  \(file)"))")
        }
        return lines
    }

    static func fields(_ model: ModelDescription) -> [(key: String, value: JSONValue)] {
        [
            ("event", "model"), ("name", .string(model.name)), ("folder", .string(model.folder)),
            ("bundled", .boolean(model.isBundled)),
            (
                "parts",
                .array(
                    model.parts.map { part in
                        .object([
                            ("name", .string(part.name)), ("file", .string(part.file)),
                            ("parameters", .integer(part.parameters)), ("bytes", .integer(part.bytes)),
                            ("summary", .string(part.summary)),
                        ])
                    })
            ),
        ]
    }

    /// `5.2 M`, `1.9 G`.
    private static func parameters(_ count: Int) -> String {
        let (value, unit) = count >= 1_000_000_000 ? (Double(count) / 1e9, "G") : (Double(count) / 1e6, "M")
        return "\((value * 10).rounded() / 10) \(unit)"
    }
}
