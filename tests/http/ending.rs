//! How the program ends while a file is uploaded.

use std::process::{Command, Stdio};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use crate::{
    stub_store::StubStore,
    uploads::{RULES, form, head},
    world::ALICE,
};

const MIB: usize = 1024 * 1024;

fn configuration(store: &StubStore) -> String {
    let limits = "upload_part_bytes: 5242880, drain_timeout: 1s";
    let tokens = "{token: {env: ALICE}, user: alice, company: c1}";
    format!(
        "server: {{listen: '127.0.0.1:0', admin_listen: '127.0.0.1:0', limits: {{{limits}}}}}\n\
         auth: {{provider: static, static: {{tokens: [{tokens}]}}}}\n\
         backends:{}\nrules:{RULES}\n",
        store.backend()
    )
}

#[tokio::test]
async fn an_upload_that_the_deadline_cuts_leaves_no_parts() {
    let store = StubStore::start().await;
    let file = tempfile::NamedTempFile::with_suffix(".yaml").unwrap();
    std::fs::write(file.path(), configuration(&store)).unwrap();
    let mut gateway = tokio::process::Command::new(env!("CARGO_BIN_EXE_presign-gateway"))
        .arg("--config")
        .arg(file.path())
        .env_clear()
        .envs([("ALICE", ALICE), ("AWS_SECRET", "aws-secret-0123456789abcdefghijklmnopqrstu")])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(gateway.stdout.take().unwrap()).read_line(&mut ready).await.unwrap();
    let (_, address) = ready.split_once("public http://").unwrap();
    let mut caller = TcpStream::connect(address.split(' ').next().unwrap()).await.unwrap();
    let body = form("/cut", "a/b", &vec![7; 20 * MIB]);
    caller.write_all(head("/s3/mine", ALICE, body.len()).as_bytes()).await.unwrap();
    caller.write_all(&body[..6 * MIB]).await.unwrap();
    store.until(|store| store.asked().iter().any(|asked| asked.contains("partNumber=2"))).await;
    let pid = gateway.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    // The caller neither goes on nor goes away.
    assert!(gateway.wait().await.unwrap().success());
    assert_eq!((store.object("/mine/cut"), store.open_uploads()), (None, 0), "{:?}", store.asked());
    drop(caller);
}
