import Generation

extension PassSettings {
    /// Another number of steps makes noise levels of one's own meaningless.
    mutating func changeSteps(to count: Int) {
        if timesteps?.count != count { timesteps = nil }
        steps = count
    }
}
