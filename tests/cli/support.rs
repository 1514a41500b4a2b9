//! Running the program.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use tempfile::NamedTempFile;

/// The documented example of Amazon S3: its key, its secret, its bucket, its host, its time.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub(crate) const AT: &str = "2013-05-24T00:00:00Z";

pub(crate) const CONFIG: &str = "\
auth: {provider: none}
backends:
  aws:
    type: s3
    region: us-east-1
    # The documentation's host, which has no region in it.
    endpoint: https://s3.amazonaws.com
    addressing_style: virtual
    credentials: {source: static, access_key: AKIAIOSFODNN7EXAMPLE, secret_key: {env: EXAMPLE_SECRET}}
    buckets: [examplebucket]
rules:
  - name: writable
    match: {bucket: examplebucket, prefix: upload}
    methods: [GET, PUT]
    backend: aws
  - name: staff
    match: {bucket: examplebucket, prefix: staff}
    allow: {users: [ada], roles: [admin]}
    deny: {companies: [left]}
    backend: aws
    ttl: 10m
  - name: private
    match: {bucket: examplebucket, prefix: private}
  - name: all
    match: {bucket: examplebucket}
    backend: aws
    ttl: 1d
    response: {inline_unsafe: attachment}
";

/// What the program did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) output: String,
    pub(crate) errors: String,
    pub(crate) code: i32,
}

/// Runs the program with a configuration and this on its standard input.
pub(crate) fn run_with(config: &str, arguments: &[&str], input: &str) -> Ran {
    let mut file = NamedTempFile::with_suffix(".yaml").unwrap();
    file.write_all(config.as_bytes()).unwrap();
    let mut all = vec!["--config", file.path().to_str().unwrap()];
    all.extend(arguments);
    run_bare(&all, input)
}

/// Runs the program with the configuration of these tests.
pub(crate) fn run(arguments: &[&str]) -> Ran {
    run_with(CONFIG, arguments, "")
}

/// Runs the program without a configuration of its own.
pub(crate) fn run_bare(arguments: &[&str], input: &str) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_presign-gateway"));
    command.args(arguments).env_clear().env("EXAMPLE_SECRET", SECRET);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let done = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { output: text(done.stdout), errors: text(done.stderr), code: done.status.code().unwrap() }
}

impl Ran {
    /// The output, of a run that went well and complained of nothing.
    pub(crate) fn fine(self) -> String {
        assert_eq!((self.code, self.errors.as_str()), (0, ""), "{}", self.output);
        self.output
    }

    /// The errors, of a run that failed without output.
    pub(crate) fn failed(self) -> String {
        assert_eq!((self.code, self.output.as_str()), (1, ""), "{}", self.errors);
        self.errors
    }
}
