package import Models
package import Tensors

/// Maps a student's token features to the grid and the width of a teacher's.
///
/// Convolution within frames, convolution over time, trilinear resize, linear; biases everywhere, no activation.
/// Checkpoint names `spatial`, `temporal` and `out`. Source: engine reference, section "Training", distillation.
package struct FeatureProjector {
    private let spatial: (weight: Tensor, bias: Tensor)
    private let temporal: (weight: Tensor, bias: Tensor)
    private let output: LinearLayer
    private let width: Int

    /// - Parameters:
    ///   - weights: in the names below `projector`.
    ///   - width: channels of the student's features.
    ///   - teacherWidth: channels of the teacher's features.
    /// - Throws: ``ModelError`` where a tensor has another shape, and what the scope throws where one is missing.
    package init(_ weights: WeightScope, from width: Int, to teacherWidth: Int) throws {
        func convolution(_ name: String, kernel: [Int]) throws -> (weight: Tensor, bias: Tensor) {
            (
                try weights[name].tensor("weight", shape: [width, width] + kernel),
                try weights[name].tensor("bias", shape: [width])
            )
        }
        spatial = try convolution("spatial", kernel: [1, 3, 3])
        temporal = try convolution("temporal", kernel: [3, 1, 1])
        output = try LinearLayer(weights["out"], from: width, to: teacherWidth)
        self.width = width
    }

    /// - Parameters:
    ///   - features: `[batch, student.tokenCount, width]`.
    ///   - student: the grid of `features`.
    ///   - teacher: the grid of the result.
    /// - Returns: `[batch, teacher.tokenCount, teacherWidth]`.
    package func callAsFunction(_ features: Tensor, from student: TokenGrid, to teacher: TokenGrid) -> Tensor {
        precondition(
            features.rank == 3 && features.shape[1...] == [student.tokenCount, width],
            "feature projector: \(features.shape) on \(student), width \(width)")
        let batch = features.shape[0]
        let convolved = features.reshaped([batch, student.frames, student.rows, student.columns, width])
            .conv3d(weight: spatial.weight, bias: spatial.bias, padding: [0, 1, 1])
            .conv3d(weight: temporal.weight, bias: temporal.bias, padding: [1, 0, 0])
        let resized = FusionBlockGraph.interpolated(
            convolved.reshaped([batch, student.tokenCount, width]), from: student, to: teacher)
        return output(resized)
    }
}
