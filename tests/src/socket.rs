//! A client of `graphql-transport-ws`, as programs and pages have one.

use std::{collections::VecDeque, net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Bytes, Error, Message,
        client::IntoClientRequest,
        http::{HeaderName, HeaderValue},
        protocol::frame::{
            FrameSocket,
            coding::{Control, OpCode},
        },
    },
};

/// How long anything may take where many tests share a machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection that was opened.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// Messages that came before something else that was waited for.
    waiting: VecDeque<Value>,
}

impl Socket {
    /// Opens a connection with the protocol and these headers; otherwise the status of the answer, and its text.
    pub async fn open(address: SocketAddr, headers: &[(&str, &str)]) -> Result<Self, (u16, String)> {
        let socket = TcpSocket::new_v4().expect("a socket is made");
        Self::open_on(socket, address, headers).await
    }

    /// As [`Socket::open`], where what is not read soon fills what the system keeps for the reader.
    pub async fn open_narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket is made");
        socket.set_recv_buffer_size(4_096).expect("the buffer can be small");
        Self::open_on(socket, address, &[]).await.expect("the connection opens")
    }

    async fn open_on(
        socket: TcpSocket,
        address: SocketAddr,
        headers: &[(&str, &str)],
    ) -> Result<Self, (u16, String)> {
        let url = format!("ws://{address}/graphql");
        let mut request = url.into_client_request().expect("an address of a server is one");
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header has a name");
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("and a value"));
        }
        let stream = socket.connect(address).await.expect("the server listens");
        match client_async(request, stream).await {
            Ok((stream, _)) => Ok(Self { stream, waiting: VecDeque::new() }),
            Err(Error::Http(response)) => {
                let body = response.body().clone().unwrap_or_default();
                Err((response.status().as_u16(), String::from_utf8_lossy(&body).into_owned()))
            }
            Err(cause) => panic!("{cause}"),
        }
    }

    /// Opens a connection and shows a token in its first message.
    ///
    /// # Panics
    /// When it is not acknowledged.
    pub async fn connect(address: SocketAddr, token: &str) -> Self {
        let mut socket = Self::open(address, &[]).await.expect("the connection opens");
        socket.initialise(token).await;
        socket
    }

    /// Shows a token, and waits for the acknowledgement.
    ///
    /// # Panics
    /// When something else comes.
    pub async fn initialise(&mut self, token: &str) {
        let payload = json!({ "Authorization": format!("Bearer {token}") });
        self.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(self.next().await, json!({ "type": "connection_ack" }));
    }

    /// Sends a message.
    pub async fn send(&mut self, message: Value) {
        self.send_text(message.to_string()).await;
    }

    /// Sends a text, whether it is a message or not. A server that has closed already is no failure here.
    pub async fn send_text(&mut self, text: String) {
        drop(self.stream.send(Message::text(text)).await);
    }

    /// Sends bytes that are no text.
    pub async fn send_binary(&mut self, bytes: &'static [u8]) {
        drop(self.stream.send(Message::Binary(Bytes::from_static(bytes))).await);
    }

    /// Asks for something under a name.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// Waits until the server has heard everything that was sent, so that what was asked for is listened to.
    pub async fn settle(&mut self) {
        self.send(json!({ "type": "ping" })).await;
        let mut before = VecDeque::new();
        loop {
            let message = self.next().await;
            if message["type"] == "pong" {
                break;
            }
            before.push_back(message);
        }
        before.append(&mut self.waiting);
        self.waiting = before;
    }

    /// The next message.
    ///
    /// # Panics
    /// When the connection ends first, with the reason.
    pub async fn next(&mut self) -> Value {
        if let Some(message) = self.waiting.pop_front() {
            return message;
        }
        match self.receive().await {
            Ok(message) => message,
            Err(reason) => panic!("closed: {reason:?}"),
        }
    }

    /// The data of the next answer to an operation.
    ///
    /// # Panics
    /// When something else comes, with what came.
    pub async fn data(&mut self, id: &str) -> Value {
        let mut message = self.next().await;
        let is_answer = message["type"] == "next" && message["id"] == id;
        assert!(is_answer && message["payload"]["errors"].is_null(), "{message:#}");
        message["payload"]["data"].take()
    }

    /// The code and the message of the one error with which an operation is refused.
    ///
    /// # Panics
    /// When something else comes, with what came.
    pub async fn refusal(&mut self, id: &str) -> (String, String) {
        let message = self.next().await;
        assert!(message["type"] == "error" && message["id"] == id, "{message:#}");
        let errors = message["payload"].as_array().expect("errors are a list");
        assert_eq!(errors.len(), 1, "{message:#}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&errors[0]["extensions"]["code"]), text(&errors[0]["message"]))
    }

    /// Waits a little, and fails if anything comes.
    ///
    /// # Panics
    /// With what came.
    pub async fn expect_silence(&mut self) {
        assert!(self.waiting.is_empty(), "{:?}", self.waiting);
        let heard = tokio::time::timeout(Duration::from_millis(400), self.receive()).await;
        assert!(heard.is_err(), "{heard:?}");
    }

    /// The code and the reason with which the server ends the connection, whatever it says before.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Err(reason) = self.receive().await {
                return reason;
            }
        }
    }

    /// As [`Socket::closed`], read without answering the pings that came before: whoever was given up finds nobody there
    /// to answer.
    pub fn closed_unanswered(self) -> (u16, String) {
        let stream = self.stream.into_inner().into_std().expect("a connection of the system");
        stream.set_nonblocking(false).expect("it can be waited for");
        stream.set_read_timeout(Some(PATIENCE)).expect("not for ever");
        let mut frames = FrameSocket::new(stream);
        loop {
            let frame = frames.read(None).expect("a frame is read").expect("it says why before it ends");
            if frame.header().opcode == OpCode::Control(Control::Close) {
                let (code, reason) = frame.payload().split_first_chunk().expect("the code comes first");
                return (u16::from_be_bytes(*code), String::from_utf8_lossy(reason).into_owned());
            }
        }
    }

    /// Says good-bye.
    pub async fn close(mut self) {
        drop(self.stream.close(None).await);
    }

    async fn receive(&mut self) -> Result<Value, (u16, String)> {
        loop {
            let received = tokio::time::timeout(PATIENCE, self.stream.next()).await;
            match received.expect("something comes in time") {
                Some(Ok(Message::Text(text))) => {
                    return Ok(serde_json::from_str(&text).expect("a message is JSON"));
                }
                Some(Ok(Message::Close(frame))) => {
                    let frame = frame.map(|frame| (u16::from(frame.code), frame.reason.to_string()));
                    return Err(frame.unwrap_or_default());
                }
                Some(Ok(_)) => {}
                Some(Err(cause)) => return Err((0, cause.to_string())),
                None => return Err((0, "ended".to_owned())),
            }
        }
    }
}
