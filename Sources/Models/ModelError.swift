/// Why a model could not be built from its configuration and weights.
package enum ModelError: Error, Sendable, Equatable {
    /// The configuration is not JSON of the expected form; `reason` is the parser's own text.
    case unreadableConfiguration(component: String, reason: String)
    /// A setting that the component needs is absent.
    case missingSetting(component: String, key: String)
    /// A setting has a value that this program does not implement or that contradicts another one.
    case unsupportedSetting(component: String, key: String, value: String, supported: String)
    /// The weights lack a tensor.
    case missingWeight(name: String)
    /// A tensor has another shape than the configuration asks for.
    case wrongWeightShape(name: String, expected: [Int], found: [Int])
}

extension ModelError: CustomStringConvertible {
    /// One sentence that says what failed, where, and what to do.
    package var description: String {
        switch self {
        case .unreadableConfiguration(let component, let reason):
            "The configuration of the \(component) cannot be read: \(reason) Check the model's config."
        case .missingSetting(let component, let key):
            "The configuration of the \(component) lacks \"\(key)\"; add it to the model's config or use another model."
        case .unsupportedSetting(let component, let key, let value, let supported):
            "The \(component) has \"\(key)\" = \(value), which is not supported; it must be \(supported)."
        case .missingWeight(let name):
            "The model's weights lack the tensor \"\(name)\"; the file is incomplete or belongs to another model."
        case .wrongWeightShape(let name, let expected, let found):
            "The tensor \"\(name)\" has shape \(found) where the model's config asks for \(expected); "
                + "the weights belong to another model."
        }
    }
}
