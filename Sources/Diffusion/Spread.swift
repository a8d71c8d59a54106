/// Mean and unbiased standard deviation of a list, summed in double.
struct Spread {
    let mean: Double
    let standardDeviation: Double

    init(_ values: some Collection<Float>) {
        let count = Double(values.count)
        let mean = values.reduce(0) { $0 + Double($1) } / count
        let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        self.mean = mean
        standardDeviation = (squares / (count - 1)).squareRoot()
    }
}
