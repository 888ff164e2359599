import * as React from "react";
import * as ReactDOM from "react-dom";
import { Viewer } from "@microsoft/sarif-web-component";
import log from "./log.json";

ReactDOM.render(<Viewer logs={[log]} showActions={true} />, document.getElementById("viewer"));
