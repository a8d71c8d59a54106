import TOMLKit

/// A parsed TOML file whose keys know their lines, which TOMLKit does not keep.
struct TOMLDocument {
    enum Value: Equatable {
        case string(String)
        case integer(Int)
        case number(Double)
        case boolean(Bool)
        case table([String: Value])
        case array([Value])
        /// Dates and times: nothing here uses them.
        case other

        /// For messages: `"steps" must be a whole number, is a string`.
        var kindName: String {
            switch self {
            case .string: "a string"
            case .integer: "a whole number"
            case .number: "a number"
            case .boolean: "true or false"
            case .table: "a table"
            case .array: "a list"
            case .other: "a date or time"
            }
        }
    }

    let text: String
    /// The path in messages.
    let file: String
    let root: [String: Value]
    private let lines: TOMLLines

    init(text: String, file: String) throws(StudioError) {
        self.text = text
        self.file = file
        lines = TOMLLines(text)
        do {
            let table = try TOMLTable(string: text)
            root = withExtendedLifetime(table) { Self.values(of: table) }
        } catch let error as TOMLParseError {
            let reason = "This is not valid TOML: \(error.description)."
            throw .badFile(FileProblem(file: file, line: error.source.begin.line, text: reason))
        } catch {
            throw .badFile(FileProblem(file: file, text: "This is not valid TOML."))
        }
    }

    /// The 1-based line of a key, `["lr", "steps"]`; for a key inside an inline table, that table's line.
    func line(of path: [String]) -> Int? {
        var path = path
        while !path.isEmpty {
            if let line = lines.line(of: path) { return line }
            path.removeLast()
        }
        return nil
    }

    private static func values(of table: TOMLTable) -> [String: Value] {
        var result: [String: Value] = [:]
        for key in table.keys {
            guard let value = table[key] else { continue }
            result[key] = convert(value)
        }
        return result
    }

    private static func convert(_ value: any TOMLValueConvertible) -> Value {
        if let text = value.string { return .string(text) }
        if let number = value.int { return .integer(number) }
        if let number = value.double { return .number(number) }
        if let flag = value.bool { return .boolean(flag) }
        if let table = value.table { return .table(values(of: table)) }
        if let array = value.array { return .array(array.map { convert($0) }) }
        return .other
    }
}
