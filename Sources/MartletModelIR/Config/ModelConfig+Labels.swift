internal import MartletJSON

extension ModelConfig {
    /// Labels of a sequence classifier: the entries of `id2label`, else `num_labels`, else two.
    ///
    /// **Source** transformers `PreTrainedConfig`, which writes only what is not the default of two.
    public func numLabels() throws(ModelError) -> Int {
        guard let labels = present("id2label") else { return try size("num_labels", default: 2, limit: 65_536) }
        guard let count = labels.objectValue?.count, count > 0 else {
            throw error("id2label", "expected an object with one name per label, found \(labels.kindName)")
        }
        note("num_labels", value: count, source: "id2label", rule: "entries of id2label")
        return count
    }
}
