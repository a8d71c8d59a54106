/// The per-stage lists of a diffusers autoencoder configuration.
struct DiffusersStageLists {
    let config: JSONValue
    /// Named in errors.
    let path: String

    func unusable(_ key: String) -> WeightError {
        .badConfiguration(path: path, reason: "\(key) is missing, too short or of another type")
    }

    func strings(_ key: String) -> [String] { config[key]?.strings ?? [] }

    /// The list under the first key that is there; `missing`, repeated, if none is and a value is given.
    func integers(_ keys: String..., atLeast count: Int, missing: Int? = nil) throws(WeightError) -> [Int] {
        guard let key = firstKey(keys) else {
            guard let missing else { throw unusable(keys[0]) }
            return Array(repeating: missing, count: count)
        }
        guard let list = config[key]?.ints, list.count >= count else { throw unusable(key) }
        return list
    }

    /// The list under the first key that is there.
    func booleans(_ keys: String..., atLeast count: Int) throws(WeightError) -> [Bool] {
        guard let key = firstKey(keys), let list = config[key]?.bools, list.count >= count else {
            throw unusable(keys[0])
        }
        return list
    }

    private func firstKey(_ keys: [String]) -> String? {
        keys.first { config[$0].map { !$0.isNull } ?? false }
    }
}
