package import Tensors
package import Testing
package import WeightFiles

/// One golden case: a configuration, inputs, and what a reference implementation computed from them.
package struct Golden: Sendable, CustomTestStringConvertible {
    /// Topic and case, for example `dit/patchify`.
    package let name: String
    package let kind: String
    /// The case's `config`.
    package let config: JSONValue
    /// The whole `case.json`.
    package let document: JSONValue
    /// The set's folder, which `weights` are relative to.
    package let setPath: String
    package let inputs: SafetensorsFile?
    package let outputs: SafetensorsFile?

    package var testDescription: String { name }

    init(name: String, set: GoldenSet) throws {
        self.name = name
        setPath = set.path
        let folder = set.path + "/" + name
        document = try Checkpoint.readJSONFile(folder + "/case.json", advice: "A golden case has one.")
        guard let kind = document["kind"]?.string else {
            throw GoldenError.incomplete(name: name, reason: "no kind")
        }
        self.kind = kind
        config = document["config"] ?? .object([:])
        inputs = try Self.open(document["inputs"], folder)
        outputs = try Self.open(document["outputs"], folder)
    }

    private static func open(_ entry: JSONValue?, _ folder: String) throws -> SafetensorsFile? {
        guard let file = entry?["file"]?.string else { return nil }
        return try SafetensorsFile(path: folder + "/" + file)
    }

    /// The case's own folder.
    package var folder: String { setPath + "/" + name }

    /// Absolute paths of the case's weights: files, or folders of the Hugging Face or diffusers layout.
    package var weights: [String] { (document["weights"]?.strings ?? []).map { setPath + "/" + $0 } }

    /// The names of all inputs; empty if the case has none.
    package var inputNames: [String] { inputs?.names ?? [] }

    /// The names of all reference results.
    package var outputNames: [String] { outputs?.names ?? [] }

    /// An input, widened to fp32.
    package func input(_ name: String) throws -> Tensor { try rawInput(name).tensor() }

    /// An input as stored, for integers and doubles.
    package func rawInput(_ name: String) throws -> RawTensor {
        guard let inputs else { throw GoldenError.incomplete(name: self.name, reason: "no inputs") }
        return try inputs.raw(name)
    }

    /// A reference result, widened to fp32.
    package func output(_ name: String) throws -> Tensor { try rawOutput(name).tensor() }

    /// A reference result as stored, for integers and doubles.
    package func rawOutput(_ name: String) throws -> RawTensor {
        guard let outputs else { throw GoldenError.incomplete(name: self.name, reason: "no outputs") }
        return try outputs.raw(name)
    }

    /// The largest relative L2 distance allowed for an output; the longest pattern that matches its name decides.
    package func tolerance(_ name: String) throws -> Double {
        let patterns = document["tolerance"]?["per_tensor"]?.object ?? [:]
        if let exact = patterns[name]?.double { return exact }
        let matches = patterns.filter { matchesShellPattern(name, $0.key) }
        if let best = matches.max(by: { ($0.key.count, $0.key) < ($1.key.count, $1.key) })?.value.double { return best }
        guard let value = document["tolerance"]?["default"]?.double else {
            throw GoldenError.incomplete(name: self.name, reason: "no tolerance for \(name)")
        }
        return value
    }

    /// Compares a result with the reference of this name, at the case's own tolerance.
    package func expectClose(
        _ actual: Tensor, _ output: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let reference = try self.output(output)
        TestSupport.expectClose(
            actual, reference, tolerance: try tolerance(output), "\(name)/\(output)", sourceLocation: sourceLocation)
    }

    /// Compares a flat result with the reference of this name, whatever its shape.
    package func expectClose(
        _ actual: [Float], _ output: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try expectClose(actual.map(Double.init), output, sourceLocation: sourceLocation)
    }

    /// Compares a flat result in double precision with the reference of this name, whatever its shape.
    package func expectClose(
        _ actual: [Double], _ output: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let reference = try rawOutput(output).doubles()
        TestSupport.expectClose(
            actual, reference, tolerance: try tolerance(output), "\(name)/\(output)", sourceLocation: sourceLocation)
    }
}
